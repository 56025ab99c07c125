import { kill } from '../../tools/cluster/faults';
import { until } from '../../tools/until';
import { setting } from '../setting';
import type { Journal } from './journal';

export const ITEMS = 100;
export const WORKERS = 10;
export const NUMBERS = Array.from({ length: ITEMS }, (_, n) => n + 1);

const HALF = WORKERS / 2;

/** A run that has not ended by then hangs. */
export const LIMIT_SECONDS = setting('LIMIT_SECONDS', 300);

const POLL_MS = 20;

/** What a way needs, from before its first run to after its last. Several ways may share it. */
export interface Site {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** One tool, with its settings, that runs all items. */
export interface Way {
  /** What `--only` calls it. Ways of one tool share it. */
  readonly key: string;
  readonly name: string;
  readonly site: Site;
  /** What can be killed in the middle of a run. */
  readonly faults: readonly string[];
  /** Runs all items, ten at a time. */
  run(fault?: string): Promise<Outcome>;
}

export interface Outcome {
  readonly milliseconds: number;
  /** Items that have not been done, although the tool has ended or does not have them any more. */
  readonly lost: number;
  readonly doneAgain: number;
  readonly begunAgain: number;
  /** What has not ended within the limit; empty if nothing hangs. */
  readonly hanging: string;
  /** What the tool itself says. */
  readonly verdict: string;
}

/** What is known when a run ends, or at the limit. */
export interface Ending {
  readonly verdict: string;
  readonly hanging?: string;
  /** The items that the tool still has at the limit, done or not. */
  readonly left?: readonly number[];
}

/** A run that goes on. */
export interface StartedRun {
  /** When its workers were started, by the clock of `performance`. */
  readonly began: number;
  readonly journal: Journal;
  /** Resolves when the run has ended, or after {@link LIMIT_SECONDS}. */
  end(): Promise<Ending>;
  /** Ends what is left of the run, and removes it. */
  close(): Promise<void>;
}

export interface Tool<Run extends StartedRun> {
  readonly key: string;
  readonly name: string;
  readonly site: Site;
  /** What can be killed, each with what kills it in the middle of a run. */
  readonly faults: Readonly<Record<string, (run: Run) => Promise<void>>>;
  /** Starts the workers. If there is a queue, it is filled before. */
  start(): Promise<Run>;
}

export function wayOf<Run extends StartedRun>({ key, name, site, faults, start }: Tool<Run>): Way {
  return {
    key,
    name,
    site,
    faults: Object.keys(faults),
    async run(fault) {
      const run = await start();
      try {
        if (fault !== undefined) {
          await halfDone(run.journal);
          await faults[fault](run);
        }
        const { verdict, hanging = '', left = [] } = await run.end();
        const milliseconds = performance.now() - run.began;
        const { done, doneAgain, begunAgain } = run.journal.counts();
        const lost = NUMBERS.filter((item) => !done.has(item) && !left.includes(item)).length;
        return { milliseconds, lost, doneAgain, begunAgain, hanging, verdict };
      } finally {
        await run.close();
      }
    },
  };
}

async function halfDone(journal: Journal): Promise<void> {
  const half = () => journal.counts().done.size >= ITEMS / 2;
  await until('half of the items done', half, { seconds: LIMIT_SECONDS, pauseMs: POLL_MS });
}

/**
 * kill -9 of half of the workers, while they have an item.
 *
 * @param processesOf all processes of a worker, as the journal names it
 */
export async function killHalf(journal: Journal, processesOf: (worker: string) => number[]): Promise<void> {
  const killed = new Set<string>();
  const killSome = () => {
    for (const worker of journal.running().filter((one) => !killed.has(one))) {
      const processes = processesOf(worker);
      if (processes.length === 0) continue; // it has just ended
      for (const id of processes) kill(id, 'SIGKILL');
      killed.add(worker);
      if (killed.size === HALF) return true;
    }
    return false;
  };
  await until(`${HALF} workers killed`, killSome, { seconds: LIMIT_SECONDS, pauseMs: POLL_MS });
}
