import type { ConsumeMessage } from 'amqplib';
import { EventKind, ItemHeader, RecordHeader, RecordKind } from '../../lib/contract/message-headers';
import { generationHeader } from '../../lib/programs/ledger/generation';
import type { RunItems } from '../../lib/programs/ledger/run-items';

/** The time from which {@link StreamMessages} counts. */
export const BEGAN = Date.parse('2026-11-28T10:00:00.000Z');

export function time(seconds: number): string {
  return new Date(BEGAN + seconds * 1000).toISOString();
}

interface FailedDetails {
  readonly attempt?: number;
  readonly at?: number;
  readonly reason?: string;
  readonly seconds?: number;
  readonly stderr?: unknown;
}

/** Messages of ledger and events as the programs write them. Times are in seconds after {@link BEGAN}. */
export class StreamMessages {
  constructor(private readonly run: RunItems) {}

  done(item: number, { attempt = 1, pod = 'pod-0', started = 0, seconds = 1 } = {}): ConsumeMessage {
    return this.message(RecordKind.DONE, item, { attempt, pod, node: 'node-1', started: time(started), seconds });
  }

  dead(item: number, description: string, generation = 0): ConsumeMessage {
    const details = { description, pod: 'pod-0', node: 'node-1' };
    return this.message(RecordKind.DEAD, item, details, generationHeader(generation));
  }

  /** The item goes back into the queue, in a retry. */
  retried(item: number, { generation = 1, at = 0 } = {}): ConsumeMessage {
    return this.message(RecordKind.RETRIED, item, { time: time(at) }, generationHeader(generation));
  }

  started(item: number, { attempt = 1, pod = 'pod-0', at = 0 } = {}): ConsumeMessage {
    return this.message(EventKind.STARTED, item, { attempt, pod, node: 'node-1', time: time(at) });
  }

  /** Without `stderr`, it is the event of an older courier, or of a program that has written nothing to standard error. */
  failed(
    item: number,
    { attempt = 1, at = 0, reason = 'exit 3', seconds = 1, stderr }: FailedDetails = {},
  ): ConsumeMessage {
    const details = { attempt, pod: 'pod-0', node: 'node-1', time: time(at), reason, exitCode: 3, seconds, stderr };
    return this.message(EventKind.FAILED, item, details);
  }

  requeued(item: number, { pod = 'pod-0', at = 0, reason = 'terminated' } = {}): ConsumeMessage {
    const details = { attempts: 0, interruptions: 1, pod, node: 'node-1', time: time(at), reason };
    return this.message(EventKind.REQUEUED, item, details);
  }

  message(kind: string, item: number | undefined, body: object, more: object = {}): ConsumeMessage {
    const headers = { [ItemHeader.RUN]: this.run.run, [RecordHeader.KIND]: kind, ...more };
    const messageId = item === undefined ? undefined : String(item);
    return {
      properties: { headers, messageId },
      content: Buffer.from(JSON.stringify(body)),
    } as unknown as ConsumeMessage;
  }
}
