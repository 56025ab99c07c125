import { ItemHeader, RecordHeader, RecordKind } from '../../contract/message-headers';
import type { OutgoingMessage } from '../amqp/publish';
import { generationHeader } from './generation';
import type { RunItems } from './run-items';

/** Where and when the program ran. */
export interface Execution {
  readonly attempt: number;
  readonly pod: string;
  readonly node: string;
  /** When the attempt began. */
  readonly started: Date;
  readonly milliseconds: number;
}

/** An item, and the number of the retry that has put it into the queue: 0 if it was the seeder. */
export interface ItemOfRetry {
  readonly number: number;
  readonly generation: number;
}

/** Why an item is a dead letter, for a person. */
export interface Death {
  /** The item and the reason, in one line. */
  readonly description: string;
  readonly pod: string;
  readonly node: string;
}

/** A pod's statement that items are lost. */
export interface Claim {
  /** A digest of their numbers. */
  readonly missing: string;
  readonly pod: string;
  readonly time: string;
}

/** The program has exited with 0. */
export function doneRecord(run: RunItems, number: number, execution: Execution): OutgoingMessage {
  const { attempt, pod, node, started, milliseconds } = execution;
  const details = { attempt, pod, node, started: started.toISOString(), seconds: milliseconds / 1000 };
  return record(run, RecordKind.DONE, String(number), details);
}

/** The dead letter is confirmed. */
export function deadRecord(run: RunItems, { number, generation }: ItemOfRetry, death: Death): OutgoingMessage {
  return ofGeneration(generation, record(run, RecordKind.DEAD, String(number), death));
}

/** The item goes back into the queue. */
export function retriedRecord(run: RunItems, { number, generation }: ItemOfRetry): OutgoingMessage {
  const details = { time: new Date().toISOString() };
  return ofGeneration(generation, record(run, RecordKind.RETRIED, String(number), details));
}

/** From now on the Job of a retry may exist. */
export function retryRecord(run: RunItems, retry: number, job: string): OutgoingMessage {
  const details = { job, time: new Date().toISOString() };
  return ofGeneration(retry, record(run, RecordKind.RETRY, undefined, details));
}

function ofGeneration(generation: number, message: OutgoingMessage): OutgoingMessage {
  return { ...message, headers: { ...message.headers, ...generationHeader(generation) } };
}

export function lookRecord(run: RunItems, id: string): OutgoingMessage {
  return record(run, RecordKind.LOOK, id, {});
}

export function claimRecord(run: RunItems, claim: Claim): OutgoingMessage {
  return record(run, RecordKind.CLAIM, claim.missing, claim);
}

/** A record or an event: its kind and the name of its run in headers, and the details as JSON. */
export function record(
  { run }: Pick<RunItems, 'run'>,
  kind: string,
  messageId: string | undefined,
  details: object,
): OutgoingMessage {
  const headers = { [ItemHeader.RUN]: run, [RecordHeader.KIND]: kind };
  return { messageId, headers, body: Buffer.from(JSON.stringify(details)) };
}
