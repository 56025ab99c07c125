import type { Faults } from './blame';

/** A message in a dead letter queue. */
export interface DeadLetter {
  readonly item: string;
  /** Of which each has failed. Not there where the broker put it there. */
  readonly attempts?: number;
  readonly reason?: string;
  /** That published it. */
  readonly pod?: string;
}

/** What is known of a Job that has ended, from outside of the system. */
export interface Facts {
  readonly name: string;
  readonly items: readonly string[];
  readonly maxAttempts: number;
  readonly toleratedDeadLetters: number;
  /** `Complete`, `Failed: REASON`, or nothing where it has not ended in time. */
  readonly outcome: string | undefined;
  /** What it waits for, where it has not ended. */
  readonly unfinished: string;
  /** The items whose programs have begun, in the order in which they did. */
  readonly started: readonly string[];
  /** The items whose programs have come to their end, with success: nothing is left for them to do but `exit 0`. */
  readonly done: readonly string[];
  readonly faults: Faults;
  readonly dead: readonly DeadLetter[];
  /** The messages in the work queue. */
  readonly left: number;
}

/** What becomes of an item under which everything dies, ten times: that costs no attempt. */
const LOST = /^interrupted \d+ times: /;

/** Whether the promise is kept: the Job is Complete exactly when every item is done, and it ends. A sentence for each breach. */
export function breaches(facts: Facts): string[] {
  const { outcome, items, toleratedDeadLetters } = facts;
  const found: string[] = [];
  const say = (sentence: string) => found.push(`${facts.name}: ${sentence}`);
  const dead = new Set(deadItems(facts));

  if (outcome === undefined) say(`hung: it has not ended: ${facts.unfinished}`);
  else if (outcome !== 'Complete' && outcome !== 'Failed: PodFailurePolicy') say(`ended otherwise: ${outcome}`);

  const lost = lostItems(facts);
  if (outcome !== undefined && lost.length > 0) say(`lost, and ${outcome}: items ${lost.join(', ')}`);
  if (outcome === 'Complete' && dead.size > toleratedDeadLetters)
    say(`Complete with ${dead.size} dead letters, of which ${toleratedDeadLetters} are tolerated`);
  if (outcome === 'Failed: PodFailurePolicy' && dead.size <= toleratedDeadLetters)
    say(`Failed with ${dead.size} dead letters, of which ${toleratedDeadLetters} are tolerated`);
  if (outcome !== undefined && facts.left > 0) say(`${outcome} with ${facts.left} messages in the queue`);

  const known = new Set(items);
  const strange = [...facts.started, ...dead].filter((item) => !known.has(item));
  if (strange.length > 0) say(`items that nobody gave it: ${strange.join(', ')}`);
  for (const { item, attempts, reason, pod } of facts.dead) {
    const { perItem, perPod } = facts.faults;
    const harmed = (perItem.get(item) ?? 0) + (perPod.get(pod ?? '') ?? 0);
    const hasCause = attempts === facts.maxAttempts ? attempts <= harmed : LOST.test(reason ?? '');
    if (!hasCause) {
      say(
        `a dead letter without a cause: item ${item}, ${attempts} of ${facts.maxAttempts} attempts, ${harmed} harmed: ${reason}`,
      );
    }
  }
  const unstarted = facts.done.filter((item) => !facts.started.includes(item));
  if (unstarted.length > 0) say(`the ledger is wrong: done and never started: ${unstarted.join(', ')}`);
  return found;
}

function deadItems({ dead }: Facts): string[] {
  return dead.map(({ item }) => item);
}

/** The items that are neither done nor dead letters. */
export function lostItems(facts: Facts): string[] {
  const settled = new Set([...facts.done, ...deadItems(facts)]);
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
