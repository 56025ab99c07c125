/** The wait took longer than it may. What it waited for is unknown, neither done nor failed. */
export class TimeLimitError extends Error {
  constructor(what: string, milliseconds: number) {
    super(`${what}: no answer within ${milliseconds / 1000} s`);
    this.name = 'TimeLimitError';
  }
}

/** The longest wait of a timer of Node.js, which fires at once if it gets more. https://nodejs.org/api/timers.html */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `act` when the time is over, however long it is. Returns a function that calls it off. */
export function after(milliseconds: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (left: number) => {
    const next = Math.min(left, MAX_TIMER_MS);
    timer = setTimeout(() => (left > next ? wait(left - next) : act()), next);
  };
  wait(milliseconds);
  return () => clearTimeout(timer);
}

/** Calls `wake` when the time is over or one of the signals aborts. What it returns calls that off. */
function wakeUp(milliseconds: number, signals: AbortSignal[], wake: () => void): () => void {
  const release = () => {
    callOff();
    for (const signal of signals) signal.removeEventListener('abort', now);
  };
  const now = () => {
    release();
    wake();
  };
  const callOff = after(milliseconds, now);
  for (const signal of signals) signal.addEventListener('abort', now);
  if (signals.some(({ aborted }) => aborted)) queueMicrotask(now);
  return release;
}

/** Sleeps, and wakes early, without an error, when one of the signals aborts. */
export function sleep(milliseconds: number, ...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    wakeUp(milliseconds, signals, resolve);
  });
}

/** A signal that aborts so long after another one, with its reason. `release` calls that off. */
export function abortedLater(
  signal: AbortSignal,
  milliseconds: number,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const later = new AbortController();
  let callOff = () => {};
  const abort = () => {
    callOff = after(milliseconds, () => later.abort(signal.reason));
  };
  const release = () => {
    callOff();
    signal.removeEventListener('abort', abort);
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);
  return { signal: later.signal, release };
}

/** What `promise` resolves to, or nothing if it does not resolve in time or before a signal aborts. It must not reject. */
export function inTime<T>(
  promise: Promise<T>,
  milliseconds: number,
  ...signals: AbortSignal[]
): Promise<T | undefined> {
  return new Promise((resolve) => {
    // First: a value that is there already counts.
    // Without a handler for a rejection, because it must not reject.
    void promise.then((value) => {
      release();
      resolve(value);
    });
    const release = wakeUp(milliseconds, signals, () => resolve(undefined));
  });
}

/** Rejects with a {@link TimeLimitError} if `promise` has not settled in time. The promise itself goes on. */
export function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  let callOff = () => {};
  const limit = new Promise<never>((_, reject) => {
    callOff = after(milliseconds, () => reject(new TimeLimitError(what, milliseconds)));
  });
  return Promise.race([promise, limit]).finally(callOff);
}

/** A wait around `milliseconds`, from half of it to one and a half, so that many pods do not all come at once. */
export function jittered(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random());
}

/** Waits that double from `min` to `max`, each jittered. */
export class BackOff {
  private wait: number;

  constructor(
    private readonly min: number,
    private readonly max: number,
  ) {
    this.wait = min;
  }

  next(): number {
    const wait = jittered(this.wait);
    this.wait = Math.min(this.wait * 2, this.max);
    return wait;
  }

  /** Starts over with the shortest wait. */
  reset(): void {
    this.wait = this.min;
  }
}
