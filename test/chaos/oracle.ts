import { ExitCode } from '../../lib/contract/exit-codes';
import { EventKind } from '../../lib/contract/message-headers';
import type { Faults } from './blame';
import type { Loss } from './losses';

/** A message in a dead letter queue. */
export interface DeadLetter {
  readonly item: string;
  /** Of which each has failed. */
  readonly attempts?: number;
  /** Why a courier has put it there. */
  readonly reason?: string;
  /** The courier's pod. */
  readonly pod?: string;
  /** Why the broker has put it there, if it was not a courier. */
  readonly reasonOfBroker?: string;
}

/** The numbers of the items that the records of a ledger name, each as often as it has a record of that kind. */
export interface RecordedNumbers {
  readonly done: readonly number[];
  readonly dead: readonly number[];
}

/** What a courier has told of an item. */
export interface ItemEvent {
  readonly number: number;
  readonly kind: string;
  readonly pod?: string;
  /** All of it, for a person. */
  readonly line: string;
}

/** What the queues of a run contain when its Job has ended. */
export interface QueueContents {
  /** Missing if a fault has deleted the ledger. */
  readonly records?: RecordedNumbers;
  readonly dead: readonly DeadLetter[];
  /** The items in the work queue. */
  readonly left: readonly string[];
  /** They may lack anything. */
  readonly events?: readonly ItemEvent[];
}

/** What is known of a Job that has ended, from outside of the system. */
export interface Facts extends QueueContents {
  readonly name: string;
  readonly isPool: boolean;
  readonly items: readonly string[];
  readonly maxAttempts: number;
  readonly toleratedDeadLetters: number;
  /** `Complete`, `Failed: REASON`, or nothing where it has not ended in time. */
  readonly outcome: string | undefined;
  /** The exit code of a courier for which the Job has failed at once. */
  readonly exitCode?: number;
  /** What it waits for, where it has not ended. */
  readonly unfinished: string;
  /** The items whose programs have begun, in the order in which they did. */
  readonly started: readonly string[];
  /** The items whose programs have come to their end, with success: nothing is left for them to do but `exit 0`. */
  readonly done: readonly string[];
  /** What has happened to an item, for a person. */
  readonly history?: (item: string) => readonly string[];
  readonly faults: Faults;
  /** What faults may have taken from it inside the broker. */
  readonly losses: ReadonlySet<Loss>;
}

/** How a Job ends, as far as the promise has something to say on it. */
export type End = 'complete' | 'dead letters' | 'items lost' | 'queue deleted' | 'otherwise' | 'hung';

/** What becomes of an item under which everything dies, ten times: that costs no attempt. */
const INTERRUPTED = /^interrupted \d+ times: /;

const EXPIRED = 'expired';

export function endOf({ outcome, exitCode }: Facts): End {
  if (outcome === undefined) return 'hung';
  if (outcome === 'Complete') return 'complete';
  if (outcome === 'Failed: BackoffLimitExceeded') return 'queue deleted';
  if (outcome !== 'Failed: PodFailurePolicy') return 'otherwise';
  if (exitCode === ExitCode.TOO_MANY_DEAD_LETTERS) return 'dead letters';
  return exitCode === ExitCode.ITEMS_LOST ? 'items lost' : 'otherwise';
}

/** Whether the promise is kept: the Job is Complete exactly when every item is done, and it ends. A sentence for each breach. */
export function breaches(facts: Facts): string[] {
  const found = [ending, lost, deadLetterCounts, leftItems, foreignItems, records, causes, journal];
  return found.flatMap((rule) => rule(facts)).map((sentence) => `${facts.name}: ${sentence}`);
}

function ending(facts: Facts): string[] {
  const { outcome, exitCode, losses } = facts;
  switch (endOf(facts)) {
    case 'hung':
      return [`hung: it has not ended: ${facts.unfinished}`];
    case 'complete':
    case 'dead letters':
      return [];
    case 'items lost':
      return mayLoseItems(facts) ? [] : ['Failed for lost items, and no fault has taken any'];
    case 'queue deleted':
      return losses.has('queue') ? [] : [`ended otherwise: ${outcome}`];
    case 'otherwise':
      return [`ended otherwise: ${outcome}${exitCode === undefined ? '' : `, exit code ${exitCode}`}`];
  }
}

function mayLoseItems({ losses }: Facts): boolean {
  return losses.has('items') || losses.has('queue');
}

/** Whether it has ended by its settled mark, and so says that each item has a record. */
function isSettled(facts: Facts): boolean {
  return ['complete', 'dead letters'].includes(endOf(facts));
}

function lost(facts: Facts): string[] {
  const end = endOf(facts);
  // Only a Job that has failed for what a fault has taken may leave items behind.
  const saysSo = end === 'items lost' || end === 'queue deleted';
  const isExcused = end === 'hung' || (saysSo && mayLoseItems(facts));
  const items = lostItems(facts);
  return isExcused || items.length === 0 ? [] : [`lost, and ${facts.outcome}: items ${items.join(', ')}`];
}

/** An item that is done as well as a dead letter is done. Whether the settled mark knew of both depends on what came first. */
function deadLetterCounts(facts: Facts): string[] {
  const { toleratedDeadLetters: tolerated } = facts;
  const { min, max } = deadCounts(facts);
  const ofWhich = `dead letters, of which ${tolerated} are tolerated`;
  if (endOf(facts) === 'complete' && min > tolerated) return [`Complete with ${min} ${ofWhich}`];
  if (endOf(facts) === 'dead letters' && max <= tolerated) return [`Failed with ${max} ${ofWhich}`];
  return [];
}

function deadCounts(facts: Facts): { readonly min: number; readonly max: number } {
  const { records, losses } = facts;
  if (records) {
    const [dead, done] = [new Set(records.dead), new Set(records.done)];
    return { min: [...dead].filter((number) => !done.has(number)).length, max: dead.size };
  }
  const [dead, done] = [new Set(facts.dead.map(({ item }) => item)), new Set(facts.done)];
  const min = [...dead].filter((item) => !done.has(item)).length;
  return { min, max: losses.has('dead letters') ? Number.POSITIVE_INFINITY : dead.size };
}

/** An item that has a record may be left: it came back from a pod that died after it had written the record. */
function leftItems(facts: Facts): string[] {
  if (!isSettled(facts)) return [];
  const settled = facts.records ? recordedItems(facts) : settledItems(facts);
  const left = facts.left.filter((item) => !settled.has(item));
  return left.length === 0 ? [] : [`${facts.outcome} with ${left.length} items in the queue that are not settled`];
}

function foreignItems(facts: Facts): string[] {
  const known = new Set(facts.items);
  const items = [...facts.started, ...facts.dead.map(({ item }) => item), ...facts.left];
  const foreign = items.filter((item) => !known.has(item));
  const numbers = recordedNumbers(facts).filter((number) => facts.items[number] === undefined);
  return [
    ...(foreign.length === 0 ? [] : [`items that nobody gave it: ${foreign.join(', ')}`]),
    ...(numbers.length === 0 ? [] : [`records of items that nobody gave it: numbers ${numbers.join(', ')}`]),
  ];
}

/** What the ledger says is true, and when the run is settled, it says something of each item. */
function records(facts: Facts): string[] {
  if (!facts.records) return [];
  const { items, losses } = facts;
  const [done, letters] = [new Set(facts.done), new Set(facts.dead.map(({ item }) => item))];
  const itemsOf = (numbers: readonly number[]) => [...new Set(numbers)].flatMap((number) => items[number] ?? []);
  const found: string[] = [];

  const unfinished = itemsOf(facts.records.done).filter((item) => !done.has(item));
  if (unfinished.length > 0) found.push(`recorded as done, and never at their end: items ${unfinished.join(', ')}`);
  const unwritten = itemsOf(facts.records.dead).filter((item) => !letters.has(item) && !done.has(item));
  if (unwritten.length > 0 && !losses.has('dead letters'))
    found.push(`recorded as dead, without a dead letter: items ${unwritten.join(', ')}`);
  const recorded = recordedItems(facts);
  const unrecorded = items.filter((item) => !recorded.has(item));
  if (isSettled(facts) && unrecorded.length > 0)
    found.push(`${facts.outcome} without a record: items ${unrecorded.join(', ')}`);
  return found;
}

function causes(facts: Facts): string[] {
  const { dead, faults, maxAttempts, losses } = facts;
  const found: string[] = [];
  for (const { item, attempts, reason, pod, reasonOfBroker } of dead) {
    // A fault that came before the program's first line was met by no item of the journal.
    const pods = new Set([pod, ...failuresOf(facts, item).map((failure) => failure.pod)]);
    const met = [...pods].map((name) => faults.perPod.get(name ?? '') ?? 0);
    const harmed = met.reduce((sum, count) => sum + count, faults.perItem.get(item) ?? 0);
    const byCourier = attempts === maxAttempts ? attempts <= harmed : INTERRUPTED.test(reason ?? '');
    const hasCause = reasonOfBroker === undefined ? byCourier : reasonOfBroker === EXPIRED && losses.has('expired');
    if (!hasCause) {
      const counts = `${attempts} of ${maxAttempts} attempts, ${harmed} harmed`;
      const history = [...(facts.history?.(item) ?? []), ...eventsOf(facts, item).map(({ line }) => line)].map(
        (line) => `\n    ${line}`,
      );
      found.push(
        `a dead letter without a cause: item ${item}, ${counts}: ${reasonOfBroker ?? reason}${history.join('')}`,
      );
    }
  }
  return found;
}

function eventsOf({ items, events = [] }: Facts, item: string): ItemEvent[] {
  return events.filter(({ number }) => items[number] === item);
}

function failuresOf(facts: Facts, item: string): ItemEvent[] {
  return eventsOf(facts, item).filter(({ kind }) => kind === EventKind.FAILED);
}

function journal({ done, started }: Facts): string[] {
  const unstarted = done.filter((item) => !started.includes(item));
  return unstarted.length === 0 ? [] : [`the journal is wrong: done and never started: ${unstarted.join(', ')}`];
}

function recordedNumbers({ records }: Facts): number[] {
  return [...(records?.done ?? []), ...(records?.dead ?? [])];
}

function recordedItems(facts: Facts): ReadonlySet<string> {
  return new Set(recordedNumbers(facts).flatMap((number) => facts.items[number] ?? []));
}

/**
 * The items that are done or dead letters. If a fault has taken dead letters, their records stand for them; and if it has taken
 * those as well, nobody can tell which items that have begun were dead letters.
 */
function settledItems(facts: Facts): ReadonlySet<string> {
  const { items, done, dead, records, losses } = facts;
  const recorded = records ? records.dead.flatMap((number) => items[number] ?? []) : facts.started;
  return new Set([...done, ...dead.map(({ item }) => item), ...(losses.has('dead letters') ? recorded : [])]);
}

/** The items that are neither done nor dead letters. */
export function lostItems(facts: Facts): string[] {
  const settled = settledItems(facts);
  return facts.items.filter((item) => !settled.has(item));
}

/** For a run without a fault: every item was run once and no more. */
export function breachesWithoutFaults(facts: Facts): string[] {
  const often = facts.items.filter((item) => facts.started.filter((one) => one === item).length !== 1);
  const found = breaches(facts);
  if (facts.outcome !== 'Complete') found.push(`${facts.name}: ${facts.outcome} without a fault`);
  if (often.length > 0) found.push(`${facts.name}: run not once, without a fault: items ${often.join(', ')}`);
  return found;
}

/** How many items were begun more than once, and how many have come to their end more than once. */
export function repeats({ started, done }: Facts): { readonly begun: number; readonly done: number } {
  return { begun: repeated(started), done: repeated(done) };
}

function repeated(items: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts.values()].filter((count) => count > 1).length;
}
