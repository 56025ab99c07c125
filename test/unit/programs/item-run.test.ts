import { DELIVERY_LIMIT } from '../../../lib/contract/queues';
import type { Delivery } from '../../../lib/programs/courier/delivery';
import { ItemRun } from '../../../lib/programs/courier/item-run';
import { Message, type RawMessage } from '../../../lib/programs/courier/message';
import { PodShutdown } from '../../../lib/programs/courier/pod-shutdown';
import type { WorkerLink } from '../../../lib/programs/courier/worker-link';
import { RunEvents } from '../../../lib/programs/events/run-events';

const NEVER = new AbortController().signal;

/** Where a program would begin, this worker throws. */
const WORKER = {
  gone: false,
  run: () => {
    throw new Error('the program runs');
  },
} as unknown as WorkerLink;

function runAfter(lostDeliveries: number, maxInterruptions: number) {
  const raw = {
    content: Buffer.from('apple'),
    fields: { deliveryTag: 1, redelivered: lostDeliveries > 0 },
    properties: { messageId: '0', headers: { run: 'monday', 'x-delivery-count': lostDeliveries } },
  };
  const message = new Message(raw as unknown as RawMessage, { queue: 'queue', run: 'monday', itemCount: 1 });
  const settings = {
    ...{ queue: 'queue', itemUse: {}, maxAttempts: 3, maxInterruptions, permanentExitCodes: [] },
    ...{ itemTimeoutMs: 1000, graceMs: 1000, shutdownGraceMs: 1000 },
  };
  const events = new RunEvents({ queue: 'queue', run: 'monday' }, {}, () => {});
  const context = { settings, worker: WORKER, podShutdown: new PodShutdown(NEVER, NEVER), events };
  return new ItemRun({ message, lost: NEVER } as Delivery, context).run();
}

test('an item that was interrupted as often as it may be does not run', async () => {
  await expect(runAfter(2, 3)).rejects.toThrow('the program runs');
  expect(await runAfter(3, 3)).toMatchObject({
    kind: 'failed',
    failure: { attempts: 0, reason: expect.stringMatching(/^interrupted 3 times: /) },
  });
});

test('an item does not run either, whatever `maxInterruptions` says, if the queue would soon drop it', async () => {
  await expect(runAfter(DELIVERY_LIMIT - 6, 1000)).rejects.toThrow('the program runs');
  expect(await runAfter(DELIVERY_LIMIT - 5, 1000)).toMatchObject({ kind: 'failed' });
});
