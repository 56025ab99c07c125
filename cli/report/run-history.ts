/** What a report is made of: plain data, as the ledger, the events, Kubernetes and the manifest have it. */
export interface RunHistory {
  /** The name of the run. */
  readonly name: string;
  /** How many items the run has. */
  readonly items: number;
  /** The items as text, by their numbers, as far as they are known. */
  readonly itemTexts?: Readonly<Record<number, string>>;
  /** The ledger, without the dead letters of items that were retried since. */
  readonly records: readonly RunRecord[];
  /** `<queue>.events`, in any order. Empty if the broker has no streams; the report says what is missing then. */
  readonly events: readonly RunEvent[];
  /** The pods of the worker Job, as far as Kubernetes still has them. */
  readonly pods?: readonly PodLife[];
  /** When dead letters, or items that the broker had lost, went back into the queue. */
  readonly retries?: readonly Retry[];
  /** What went wrong around the run, for example a node that was lost. */
  readonly faults?: readonly Fault[];
  /** How many pods work at the same time. */
  readonly parallelism: number;
  /** Undefined in a pool, whose pods take items until there are no more. */
  readonly itemsPerPod?: number;
  /** How the run has ended, in words. */
  readonly verdict?: string;
  /** When the history was read, as an ISO 8601 time. */
  readonly until: string;
}

export type RunRecord = DoneRecord | DeadRecord;

/** A record that an item is done: the program has ended with 0. */
export interface DoneRecord {
  readonly kind: 'done';
  readonly number: number;
  readonly attempt: number;
  readonly pod: string;
  readonly node: string;
  /** When the attempt began, as an ISO 8601 time. */
  readonly started: string;
  readonly seconds: number;
}

/** A record that an item is a dead letter, with what its dead letter says. */
export interface DeadRecord {
  readonly kind: 'dead';
  readonly number: number;
  readonly pod: string;
  readonly node: string;
  /** The item and the reason, in one line. */
  readonly description: string;
  readonly attempts?: number;
  readonly exitCode?: number;
  readonly signal?: number;
  /** The end of what the last attempt wrote to standard error. */
  readonly stderr?: string;
}

/** What has gone on. An event of a foreign message has no number. */
export type RunEvent = StartedEvent | FailedEvent | RequeuedEvent;

interface ItemEvent {
  readonly number?: number;
  readonly pod: string;
  readonly node: string;
  /** As an ISO 8601 time. */
  readonly time: string;
}

export interface StartedEvent extends ItemEvent {
  readonly kind: 'started';
  readonly attempt: number;
}

export interface FailedEvent extends ItemEvent {
  readonly kind: 'failed';
  readonly attempt: number;
  readonly reason: string;
  readonly seconds: number;
  readonly exitCode?: number;
  readonly signal?: number;
  /** The end of what it has written to standard error. */
  readonly stderr?: string;
}

interface RequeuedEvent extends ItemEvent {
  readonly kind: 'requeued';
  readonly reason: string;
  readonly attempts: number;
  readonly interruptions: number;
}

/** The times of a pod, as ISO 8601 times, as far as they are known. */
export interface PodLife {
  readonly name: string;
  readonly node?: string;
  readonly created?: string;
  readonly finished?: string;
  /** How the pod has ended, for example `courier 137`. */
  readonly end?: string;
}

export interface Retry {
  /** From 1. */
  readonly number: number;
  /** As an ISO 8601 time. */
  readonly time: string;
  /** How many items went back. */
  readonly items: number;
}

interface Fault {
  /** As an ISO 8601 time. */
  readonly time: string;
  /** When it was over. A fault without it is a moment. */
  readonly until?: string;
  readonly text: string;
}
