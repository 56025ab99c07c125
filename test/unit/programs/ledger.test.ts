import type { ConsumeMessage } from 'amqplib';
import type { OutgoingMessage } from '../../../lib/programs/amqp/publish';
import type { Session } from '../../../lib/programs/amqp/session';
import { STREAM_OFFSET } from '../../../lib/programs/amqp/stream-offset';
import { Ledger } from '../../../lib/programs/ledger/ledger';
import { doneRecord } from '../../../lib/programs/ledger/record';
import { sleep } from '../../../lib/programs/runtime/time';

const RUN = { queue: 'q', run: 'r', itemCount: 1 };

/** A broker with streams that takes its time to answer a consumer, with one item's record and what is written to it. */
class SlowBroker {
  private readonly messages: OutgoingMessage[] = [
    doneRecord(RUN, 0, { attempt: 1, pod: 'p', node: 'n', started: new Date(0), milliseconds: 0 }),
  ];

  constructor(private readonly answerMs: number) {}

  readonly write = async (message: OutgoingMessage) => {
    this.messages.push(message);
  };

  get session(): Session {
    const broker = { prefetch: async () => {}, consume: this.consume };
    const channel = {
      lost: new AbortController().signal,
      raw: { ack: () => {} },
      call: (_what: string, work: (c: typeof broker) => unknown) => work(broker),
      close: async () => {},
    };
    return { isRabbitMQ: () => true, hasStreams: true, channel: async () => channel } as unknown as Session;
  }

  private readonly consume = async (
    _queue: string,
    onMessage: (message: ConsumeMessage) => void,
    options: { readonly arguments: { readonly [STREAM_OFFSET]: number | 'first' } },
  ) => {
    await sleep(this.answerMs);
    const from = options.arguments[STREAM_OFFSET];
    const first = from === 'first' ? 0 : from;
    setTimeout(() => {
      for (const [n, { body, messageId, headers }] of this.messages.slice(first).entries()) {
        const properties = { messageId, headers: { ...headers, [STREAM_OFFSET]: first + n } };
        onMessage({ content: body, properties } as unknown as ConsumeMessage);
      }
    }, 20);
  };
}

test('reading on waits for the first record after the answer of a slow broker, not after the question', async () => {
  const broker = new SlowBroker(400);
  const ledger = new Ledger(broker.session, RUN, broker.write);
  await ledger.readOn();
  expect(ledger.records.isComplete).toBe(true);
});
