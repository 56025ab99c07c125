import type { Records } from '../../lib/programs/ledger/records';
import { CommandError } from '../system/command-error';
import type { DeadLetter } from './dead-letter';
import { type LetterFilter, lastLetters, matches } from './letter-filter';
import { isDeadLetter } from './read-dead-letters';

/** What a person wants to be retried. */
export interface RetryChoice {
  readonly filter: LetterFilter;
  /** Also the items that the broker has lost. */
  readonly withMissing: boolean;
}

/** What is in the queues of a run, and what is known of it. */
export interface RetryFacts {
  readonly records: Records;
  readonly letters: readonly DeadLetter[];
  /** How many messages are ready in the work queue. */
  readonly waiting: number;
  /** Which items are there, as `item/generation`. Missing if the queue was not read. */
  readonly queued?: ReadonlySet<string>;
  /** The highest number of a retry that has a Job. */
  readonly lastJob: number;
}

/** A message for the work queue. */
export interface ItemToPublish {
  readonly item: number;
  readonly generation: number;
  /** The dead letter whose body it is. Without it, the item comes from the ConfigMaps. */
  readonly letter?: DeadLetter;
}

export interface RetryPlan {
  /** The number of the retry. */
  readonly retry: number;
  /** An earlier command was stopped when its Job could exist already: this one creates the Job, and changes nothing else. */
  readonly isFinishing: boolean;
  /** Dead letters that have no record yet. */
  readonly unrecorded: readonly DeadLetter[];
  /** Items that go back into the queue, and are not recorded as retried yet. */
  readonly chosen: readonly number[];
  /** What is not in the queue yet. It is part of it what an earlier command has chosen. */
  readonly publish: readonly ItemToPublish[];
  /** How many items the Job has to do: also those that wait in the queue. */
  readonly openCount: number;
  /** Of `chosen`, the items that the broker has lost. */
  readonly missing: readonly number[];
}

export function key(item: number, generation: number): string {
  return `${item}/${generation}`;
}

/** Whether the plan depends on what is in the work queue: an earlier command may have published some of the items. */
export function needsQueue({ records, letters }: RetryFacts, { withMissing }: RetryChoice): boolean {
  return withMissing || pendingLetters(records, letters).length > 0;
}

/**
 * What is to be done, from what is there. So a command that was stopped at any step is continued by the next one. The steps and
 * their order are in `spec/retry.pml`. Throws a `CommandError` if there is nothing to do, or if items are lost.
 */
export function retryPlan(facts: RetryFacts, choice: RetryChoice): RetryPlan {
  const { records, letters, lastJob, queued } = facts;
  const { itemCount } = records.run;
  const open = itemCount - records.count;
  const number = Math.max(lastJob, records.retryNumber);
  if (records.retryNumber > lastJob && open > 0) {
    return { retry: number, isFinishing: true, unrecorded: [], chosen: [], publish: [], openCount: open, missing: [] };
  }
  const retry = number + 1;
  const dead = lastLetters(letters).filter((letter) => isDeadLetter(records, letter));
  const unrecorded = dead.filter(({ item, generation }) => !records.isSettled(item, generation));
  const chosen = dead.filter((letter) => matches(choice.filter, letter));
  const pending = pendingLetters(records, letters);
  const found = new Set([...dead, ...pending].map(({ item }) => item));
  const missing = choice.withMissing ? listMissing(facts, found) : [];
  if (!choice.withMissing) requireNoneMissing(facts, found);
  const publish = [
    ...pending
      .map((letter) => ({ item: letter.item, generation: records.generation(letter.item), letter }))
      .filter(({ item, generation }) => !queued?.has(key(item, generation))),
    ...chosen.map((letter) => ({ item: letter.item, generation: retry, letter })),
    ...missing.map((item) => ({ item, generation: retry })),
  ];
  const numbers = [...chosen.map(({ item }) => item), ...missing];
  // Dead letters without a record are open by the ledger, but only those that are chosen stay so.
  const openCount = open - unrecorded.length + chosen.length;
  if (openCount === 0) throw nothingToDo(dead.length);
  return { retry, isFinishing: false, unrecorded, chosen: numbers, publish, openCount, missing };
}

/** The dead letters of items that are recorded as retried since, but whose dead letter was not removed yet. */
function pendingLetters(records: Records, letters: readonly DeadLetter[]): DeadLetter[] {
  return lastLetters(letters).filter(
    ({ item, generation }) => !records.has(item) && generation < records.generation(item),
  );
}

function requireNoneMissing(facts: RetryFacts, found: ReadonlySet<number>): void {
  const missing = missingCount(facts, found);
  if (missing > 0) throw lost(missing);
}

/** How many open items are nowhere. Without a reading of the queue, at least so many: it may contain copies. */
function missingCount(facts: RetryFacts, found: ReadonlySet<number>): number {
  if (facts.queued) return listMissing(facts, found).length;
  const { records, waiting } = facts;
  const withLetter = [...found].filter((item) => !records.has(item)).length;
  return Math.max(0, records.run.itemCount - records.count - withLetter - waiting);
}

function listMissing({ records, queued }: RetryFacts, found: ReadonlySet<number>): number[] {
  return [...records.missing()].filter((item) => !found.has(item) && !queued?.has(key(item, records.generation(item))));
}

function lost(count: number): CommandError {
  const [items, are] = count === 1 ? ['item', 'is'] : ['items', 'are'];
  return new CommandError(
    `The broker has lost ${count} ${items} of the run, which ${are} neither recorded nor in a queue. ` +
      'Give --missing to put them into the queue again, from the ConfigMaps of the run',
  );
}

function nothingToDo(deadCount: number): CommandError {
  return new CommandError(
    deadCount === 0
      ? 'The run has no dead letters to retry, and no items that wait. `cdk8s-work-queue status RUN` shows how it has ended'
      : `None of the ${deadCount} dead letters of the run matches. \`cdk8s-work-queue dead list RUN\` shows them`,
  );
}
