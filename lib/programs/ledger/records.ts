import { createHash } from 'node:crypto';
import type { ConsumeMessage } from 'amqplib';
import { ItemHeader, RecordHeader, RecordKind } from '../../contract/message-headers';
import { generationOf } from './generation';
import type { Claim, Death } from './record';
import { belongsToRun, type RunItems } from './run-items';

/** A message of the ledger. */
export type RecordMessage = Pick<ConsumeMessage, 'content' | 'properties'>;

/** How many dead items are kept in words, for a person. */
const KEPT_DEATHS = 100;

/** How many of them a verdict names. */
const SAMPLES = 3;

/** How the items of a run have ended. */
export interface Settlement {
  readonly dead: number;
  /** The first few dead items, in words. */
  readonly sample: readonly string[];
}

/**
 * What was read of the ledger. A record is true forever, so it does not matter in which order records are read, or how often.
 *
 * An item is over if it is done, or if it is a dead letter and was not retried since. "Since" is a matter of numbers, not of the
 * order: a record `retried` makes those records `dead` void that have a lower generation.
 *
 * Two things depend on the order: a claim, which an item that is recorded after it makes void, and the settlement, which is that of
 * the record after which each item was over.
 */
export class Records {
  private readonly over: Uint8Array;
  private readonly done: Uint8Array;
  private readonly dead: Uint8Array;
  /** The highest generations of the records of items, if that is not 0. Few items are retried. */
  private readonly deadGenerations = new Map<number, number>();
  private readonly retriedGenerations = new Map<number, number>();
  private readonly deaths = new Map<number, string>();
  private overCount = 0;
  private doneCount = 0;
  private retry = 0;
  private claim: Claim | undefined;
  private settled: Settlement | undefined;

  constructor(readonly run: RunItems) {
    const bytes = Math.ceil(run.itemCount / 8);
    this.over = new Uint8Array(bytes);
    this.done = new Uint8Array(bytes);
    this.dead = new Uint8Array(bytes);
    if (this.isComplete) this.settled = { dead: 0, sample: [] }; // no items
  }

  /** Takes note of a message. One that is no record of an item of this run, or no record at all, changes nothing. */
  add({ properties, content }: RecordMessage): void {
    const { headers } = properties;
    switch (headers?.[RecordHeader.KIND]) {
      case RecordKind.CLAIM:
        if (this.isOfRun(headers)) this.claim = parsed<Claim>(content);
        return;
      case RecordKind.RETRY:
        if (this.isOfRun(headers)) this.retry = Math.max(this.retry, generationOf(headers));
        return;
      case RecordKind.DONE:
      case RecordKind.DEAD:
      case RecordKind.RETRIED:
        if (belongsToRun(this.run, properties)) this.addOfItem(Number(properties.messageId), { properties, content });
    }
  }

  /** Whether the item is over. */
  has(number: number): boolean {
    return isSet(this.over, number);
  }

  isDone(number: number): boolean {
    return isSet(this.done, number);
  }

  /** Whether the item is a dead letter, and neither done nor retried since. */
  isDead(number: number): boolean {
    return this.has(number) && !this.isDone(number);
  }

  /** Whether the item of a message is over, as far as that message is concerned: a later retry has another message. */
  isSettled(number: number, generation: number): boolean {
    return (
      this.isDone(number) || (isSet(this.dead, number) && generationIn(this.deadGenerations, number) >= generation)
    );
  }

  /** The last retry of the item, or 0. */
  generation(number: number): number {
    return generationIn(this.retriedGenerations, number);
  }

  /** The number of the last retry whose Job may exist, or 0. */
  get retryNumber(): number {
    return this.retry;
  }

  /** Whether each item is over. */
  get isComplete(): boolean {
    return this.overCount === this.run.itemCount;
  }

  /** How many items are over. */
  get count(): number {
    return this.overCount;
  }

  /** How many items are over and not done. An item that is done as well as dead is done: its work exists. */
  get deadCount(): number {
    return this.overCount - this.doneCount;
  }

  /** How the run has ended, if each item is over. What is recorded afterwards does not change it, unless an item is retried. */
  get settlement(): Settlement | undefined {
    return this.settled;
  }

  /** The numbers of the items that are not over, in order. */
  *missing(): Generator<number> {
    for (let number = 0; number < this.run.itemCount; number++) if (!isSet(this.over, number)) yield number;
  }

  /** What two readings have in common that lack the same items. */
  get missingDigest(): string {
    return createHash('sha256').update(this.over).digest('hex');
  }

  /** The last claim, unless an item was recorded after it. */
  get lastClaim(): Claim | undefined {
    return this.claim;
  }

  private addOfItem(number: number, { properties: { headers }, content }: RecordMessage): void {
    const generation = generationOf(headers);
    this.claim = undefined;
    switch (headers?.[RecordHeader.KIND]) {
      case RecordKind.DONE:
        if (set(this.done, number)) this.doneCount++;
        break;
      case RecordKind.DEAD:
        set(this.dead, number);
        raise(this.deadGenerations, number, generation);
        if (this.deaths.size < KEPT_DEATHS && this.isSettled(number, this.generation(number)))
          this.deaths.set(number, String(parsed<Death>(content)?.description));
        break;
      case RecordKind.RETRIED:
        raise(this.retriedGenerations, number, generation);
    }
    this.update(number);
  }

  private update(number: number): void {
    if (this.isSettled(number, this.generation(number))) {
      if (set(this.over, number)) this.overCount++;
      if (this.isComplete) this.settled ??= { dead: this.deadCount, sample: this.sample() };
    } else {
      if (clear(this.over, number)) this.overCount--;
      this.deaths.delete(number);
      this.settled = undefined;
    }
  }

  private sample(): string[] {
    return [...this.deaths]
      .filter(([number]) => this.isDead(number))
      .slice(0, SAMPLES)
      .map(([number, description]) => `item ${number} ${description}`);
  }

  private isOfRun(headers: Readonly<Record<string, unknown>>): boolean {
    return headers[ItemHeader.RUN] === this.run.run;
  }
}

function generationIn(generations: ReadonlyMap<number, number>, number: number): number {
  return generations.get(number) ?? 0;
}

function raise(generations: Map<number, number>, number: number, generation: number): void {
  if (generation > generationIn(generations, number)) generations.set(number, generation);
}

function isSet(bits: Uint8Array, number: number): boolean {
  return ((bits[number >> 3] >> (number & 7)) & 1) === 1;
}

/** Whether it was not set before. */
function set(bits: Uint8Array, number: number): boolean {
  const isNew = !isSet(bits, number);
  bits[number >> 3] |= 1 << (number & 7);
  return isNew;
}

/** Whether it was set before. */
function clear(bits: Uint8Array, number: number): boolean {
  const wasSet = isSet(bits, number);
  bits[number >> 3] &= ~(1 << (number & 7));
  return wasSet;
}

function parsed<T>(content: Buffer): T | undefined {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}
