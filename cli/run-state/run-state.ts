import type { JobSummary, WorkerSummary } from './job-summary';
import type { TimeRange } from './time-left';

/** The version of {@link RunState}: it grows when a field changes its meaning or goes, not when one is added. */
export const STATE_VERSION = 1;

/** How far a run is. */
export type Phase =
  /** The queue is not filled yet. */
  | 'Seeding'
  | 'Running'
  /** The worker Job is suspended. */
  | 'Suspended'
  /** There is no worker Job. */
  | 'NoWorker'
  | 'Complete'
  | 'Failed';

/** Where the numbers of items come from. */
type CountedBy =
  /** The records of the ledger, by the identity of each item. */
  | 'ledger'
  /** The lengths of the queues. It is not known which items are over. */
  | 'queues'
  /** The broker was not asked, or did not answer. */
  | 'none';

/** How many items are where. What is not known is missing. */
export interface ItemCounts {
  readonly total: number;
  readonly done?: number;
  readonly dead?: number;
  readonly atWork?: number;
  readonly waiting?: number;
}

/** An item that a pod is at work on. */
export interface ItemAtWork {
  readonly item: number;
  /** The start of the item, if its ConfigMap could be read. */
  readonly text?: string;
  readonly attempt: number;
  readonly pod: string;
  readonly node: string;
  readonly started: string;
  readonly seconds: number;
}

interface FailedAttempt {
  readonly item: number;
  readonly text?: string;
  readonly attempt: number;
  readonly reason: string;
  readonly pod: string;
  readonly time: string;
  readonly seconds?: number;
  readonly exitCode?: number;
  readonly signal?: number;
  /** The end of what it has written to standard error. */
  readonly stderr?: string;
}

interface DeadItem {
  readonly item: number;
  /** The item and the reason, with the last line of standard error. */
  readonly description: string;
  readonly pod: string;
}

/** A pod that does not get on. */
export interface StuckPod {
  readonly pod: string;
  readonly seconds: number;
  /** Why, in words. */
  readonly reason: string;
}

/** A run at a moment, as plain data: what `--json` prints, and what the screen shows. */
export interface RunState {
  readonly version: typeof STATE_VERSION;
  readonly time: string;
  readonly namespace: string;
  readonly run: string;
  readonly queue: string;
  readonly chart?: string;
  readonly phase: Phase;
  /** How the run has ended, in a sentence. */
  readonly verdict?: string;
  readonly items: ItemCounts;
  readonly countedBy: CountedBy;
  /** Why the numbers are not from the ledger, or are not those of this moment. */
  readonly note?: string;
  /** Over the last items. Missing while too few are done. */
  readonly itemsPerSecond?: number;
  /** Missing while too few items are done, and when the run is over. */
  readonly timeLeft?: TimeRange;
  readonly seeder?: JobSummary;
  readonly worker?: WorkerSummary;
  /** Names of older worker Jobs on the same queue. */
  readonly formerWorkers: readonly string[];
  /** The slowest first. */
  readonly slowest: readonly ItemAtWork[];
  readonly stuckPods: readonly StuckPod[];
  /** The latest first. */
  readonly lastFailures: readonly FailedAttempt[];
  /** The first ones; `items.dead` counts them all. */
  readonly deadLetters: readonly DeadItem[];
  /** The queues of the run that exist on the broker. Missing if the broker was not asked. */
  readonly queues?: readonly string[];
}

export function isOver({ phase }: Pick<RunState, 'phase'>): boolean {
  return phase === 'Complete' || phase === 'Failed';
}
