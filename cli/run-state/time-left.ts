/** A range in seconds. */
export interface TimeRange {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export interface Progress {
  /** How long the last items took that are done, in seconds. */
  readonly durations: readonly number[];
  /** How long the items at work have been at work, in seconds. */
  readonly atWorkSeconds: readonly number[];
  readonly waiting: number;
  /** How many items are at work at a time. */
  readonly workers: number;
  /** What a worker needs between two items, in seconds: the start of a pod, failed attempts, pauses. */
  readonly gapSeconds: number;
}

/** With fewer, a guess would say nothing. */
const MIN_DURATIONS = 3;

const ROUNDS = 60;

/** How many items are drawn in a round. More are not drawn one by one. */
const MAX_DRAWN = 500;

/** So many workers are not stood for by fewer: the last of them to end decides. */
const MIN_WORKERS = 50;

/** The range leaves out a tenth on each side. */
const OUTSIDE = 0.1;

/**
 * How long a run still takes: it is played through many times, each with durations drawn from those measured. In each round the
 * measured durations are themselves drawn, because a few of them say little about the rest.
 */
export function timeLeft(progress: Progress, random: () => number = Math.random): TimeRange | undefined {
  const { atWorkSeconds, waiting, workers } = progress;
  const durations = [...progress.durations].sort((a, b) => a - b);
  if (durations.length < MIN_DURATIONS || waiting + atWorkSeconds.length === 0 || workers < 1) return undefined;
  const sorted = { ...progress, durations };
  const ends = Array.from({ length: ROUNDS }, () => playThrough(sorted, random)).sort((a, b) => a - b);
  const at = (part: number) => ends[Math.round((ends.length - 1) * part)];
  return { fromSeconds: at(OUTSIDE), toSeconds: at(1 - OUTSIDE) };
}

/** How long the rest takes if it goes like this. The durations are sorted. */
function playThrough(
  { durations, atWorkSeconds, waiting, workers, gapSeconds }: Progress,
  random: () => number,
): number {
  const pick = (from: readonly number[]) => from[Math.floor(random() * from.length)];
  const sample = durations.map(() => pick(durations));
  const mean = sample.reduce((sum, seconds) => sum + seconds, 0) / sample.length;
  const { fewer, longer } = shrunk(waiting, workers);
  const free = new FreeTimes(Math.max(1, Math.round(workers / fewer)));
  for (let n = 0; n < atWorkSeconds.length; n += fewer) {
    const elapsed = atWorkSeconds[Math.floor(n)];
    const shorter = countUpTo(durations, elapsed);
    const duration = durations[shorter + Math.floor(random() * (durations.length - shorter))];
    // One that takes longer than any before says that it may take as long again.
    free.add(duration === undefined ? elapsed * random() : duration - elapsed);
  }
  // The sum of several durations varies less than one of them.
  const several = () => mean * longer + (pick(sample) - mean) * Math.sqrt(longer) + gapSeconds * longer;
  for (let n = 0; n < Math.round(waiting / fewer / longer); n++) free.add(Math.max(0, several()));
  return free.last;
}

/** How many of the sorted numbers are not larger than a limit. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] <= limit) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Stands for many workers by fewer ones, and then for many items of a worker by one that is longer. */
function shrunk(waiting: number, workers: number): { fewer: number; longer: number } {
  const surplus = Math.max(1, waiting / MAX_DRAWN);
  const fewer = Math.min(surplus, Math.max(1, workers / MIN_WORKERS));
  return { fewer, longer: surplus / fewer };
}

/** When workers are free, at most so many: each item goes to the one that is free first. */
class FreeTimes {
  private readonly times: number[] = [];
  last = 0;

  constructor(private readonly workers: number) {}

  add(seconds: number): void {
    const begin = this.times.length < this.workers ? 0 : this.removeFirst();
    const end = begin + seconds;
    this.last = Math.max(this.last, end);
    this.insert(end);
  }

  /** A binary heap: the first is the least. */
  private insert(time: number): void {
    const { times } = this;
    let at = times.push(time) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (times[parent] <= times[at]) return;
      [times[parent], times[at]] = [times[at], times[parent]];
      at = parent;
    }
  }

  private removeFirst(): number {
    const { times } = this;
    const [first] = times;
    const end = times.pop() ?? 0;
    if (times.length > 0) times[0] = end;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = right < times.length && times[right] < times[left] ? right : left;
      if (least >= times.length || times[at] <= times[least]) return first;
      [times[at], times[least]] = [times[least], times[at]];
      at = least;
    }
  }
}
