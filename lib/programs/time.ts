/** The wait took longer than it may; what it waited for is unknown, neither done nor failed. */
export class TimeLimitError extends Error {
  constructor(what: string, milliseconds: number) {
    super(`${what}: no answer within ${milliseconds / 1000} s`);
    this.name = 'TimeLimitError';
  }
}

/** Sleeps, and wakes early, without an error, when one of the signals says so. */
export function sleep(milliseconds: number, ...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some(({ aborted }) => aborted)) return resolve();
    const wake = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    for (const signal of signals) signal.addEventListener('abort', wake);
  });
}

/** What `promise` gives, or nothing where it gives nothing in time or before one of the signals says so. It must not reject. */
export function inTime<T>(
  promise: Promise<T>,
  milliseconds: number,
  ...signals: AbortSignal[]
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const give = (value?: T) => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', nothing);
      resolve(value);
    };
    const nothing = () => give();
    const timer = setTimeout(nothing, milliseconds);
    promise.then(give); // first: where it has given something already, that counts
    if (signals.some(({ aborted }) => aborted)) Promise.resolve().then(nothing);
    for (const signal of signals) signal.addEventListener('abort', nothing);
  });
}

/** Rejects with a {@link TimeLimitError} where `promise` has not settled in time. The promise itself goes on. */
export function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(what, milliseconds)), milliseconds);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** A wait around `milliseconds`, from half of it to one and a half: so that many pods do not all come at once. */
export function jittered(milliseconds: number): number {
  return milliseconds * (0.5 + Math.random());
}

/** Waits that double from `first` to `most`, each jittered. */
export function backOff(first: number, most: number): () => number {
  let next = first;
  return () => {
    const wait = jittered(next);
    next = Math.min(next * 2, most);
    return wait;
  };
}
