/** The version of {@link Receipt}: it grows when a field changes its meaning or goes, not when one is added. */
export const RECEIPT_VERSION = 1;

/** What is proven of a run, as plain data: what `verify` prints. */
export interface Receipt {
  readonly version: typeof RECEIPT_VERSION;
  readonly time: string;
  readonly namespace: string;
  readonly run: string;
  readonly queue: string;
  readonly chart?: string;
  /** Each item has a record, no more are dead letters than are tolerated, and the list is that of the synth. */
  readonly verified: boolean;
  readonly verdict: string;
  readonly list: ListCheck;
  readonly counts: Counts;
  /** Of the worker Job. */
  readonly toleratedDeadLetters: number;
  /** The numbers of the items without a record: the first and the last of each range. */
  readonly missing: readonly (readonly [first: number, last: number])[];
  /** The first ones; `counts.dead` counts them all. */
  readonly dead: readonly DeadItem[];
  /** How many items were done at which attempt. */
  readonly attempts: Readonly<Record<string, number>>;
  /** Missing if no item is done. */
  readonly times?: Times;
  /** The oldest first. */
  readonly workers: readonly Worker[];
  /** What is not as it should be, or not as usual. */
  readonly findings: readonly Finding[];
  readonly versions: Versions;
}

export interface ListCheck {
  readonly items: number;
  /** What the synth has told the seeder. */
  readonly digest?: string;
  /** That of the items in the ConfigMaps. */
  readonly recomputedDigest?: string;
  /** Whether both digests are the same. Missing if one of them is not known. */
  readonly isThatOfSynth?: boolean;
  /** Why it is not known. */
  readonly note?: string;
}

export interface Counts {
  readonly total: number;
  readonly done: number;
  readonly dead: number;
  readonly missing: number;
  /** Messages of the ledger that are a record of an item of the run. */
  readonly records: number;
}

interface DeadItem {
  readonly item: number;
  readonly description: string;
  readonly pod: string;
}

/** The attempts with which items were done. */
export interface Times {
  readonly firstStart: string;
  readonly lastEnd: string;
  /** From the first start to the last end. */
  readonly elapsedSeconds: number;
  /** The sum of the attempts. */
  readonly workSeconds: number;
}

/** A worker Job of the run that exists. */
export interface Worker {
  readonly job: string;
  readonly kind: string;
  readonly created: string;
  readonly outcome?: string;
  readonly image: string;
  /** What the nodes have pulled for it, from the pods that exist. */
  readonly imageIds: readonly string[];
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** How many items are done by its pods, as their names say it. */
  readonly done: number;
}

export interface Finding {
  readonly kind: FindingKind;
  readonly description: string;
  /** How many items, or records. */
  readonly count: number;
  /** The first ones. */
  readonly examples: readonly Example[];
}

/** The guide has what each means. */
type FindingKind =
  | 'missing'
  | 'too-many-dead'
  | 'list-differs'
  | 'foreign-record'
  | 'done-twice'
  | 'dead-twice'
  | 'done-and-dead';

export interface Example {
  /** The number of an item, or what stands in its place. */
  readonly item: number | string;
  /** The run that a foreign record names. */
  readonly recordRun?: string;
  readonly pods: readonly string[];
}

interface Versions {
  readonly commandLine: string;
  /** That of what the queues contain. */
  readonly queues: number;
}
