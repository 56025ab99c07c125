import { createHash } from 'node:crypto';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { claimRecord } from '../../../lib/programs/ledger/record';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalRun, RUN_NAME } from '../../../tools/programs/local-run';
import { eventually } from '../../../tools/until';
import { gated, journal, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

/** The minute in which a pod watches the queue takes a few seconds. */
const FAST = { ...LAST_INDEX, CLOCK_RATE: '20' };

/** Takes the next items away, as a client or a policy that has no business there. */
async function remove(run: LocalRun, count: number): Promise<{ putBack: () => Promise<void> }> {
  const items = await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    const taken = [];
    for (let n = 0; n < count; n++) {
      const item = await channel.get(run.queue, { noAck: true });
      if (item) taken.push(item);
    }
    return taken;
  });
  const putBack = () =>
    run.withBroker(async (model) => {
      const channel = await model.createConfirmChannel();
      for (const { content, properties } of items) channel.sendToQueue(run.queue, content, properties);
      await channel.waitForConfirms();
    });
  return { putBack };
}

describe.each(['quorum', 'classic'] as const)('items that the broker has lost from a %s queue', (queueType) => {
  test('are named by two pods, of which the second fails the Job', async () => {
    const run = runOf({ items: ['a', 'b', 'c', 'd'], queueType });
    await run.seed();
    await remove(run, 2);
    const { program, items } = journal(run);
    const first = run.pod(program, FAST);
    expect(await first.exit()).toBe(ExitCode.ITEMS_MISSING);
    expect(items()).toEqual(['c', 'd']);
    const lost = `2 of 4 items (0, 1) are lost: neither in queue ${run.queue} nor done, nor dead letters`;
    expect(first.courier.lastWords).toBe(`${lost}; another pod looks again`);
    const second = run.pod(program, FAST);
    expect(await second.exit()).toBe(ExitCode.ITEMS_LOST);
    expect(second.courier.lastWords).toContain(lost);
    expect(await run.depth('settled')).toBe(0);
  });
});

test('two pods that are idle at the same time need no third one', async () => {
  const run = await seeded(['a']);
  await remove(run, 1);
  const pods = [run.pod(['true'], FAST), run.pod(['true'], FAST)];
  const codes = await Promise.all(pods.map((pod) => pod.exit()));
  expect(codes.sort()).toEqual([ExitCode.ITEMS_LOST, ExitCode.ITEMS_MISSING]);
});

test('an item that comes back while a pod watches the queue is done', async () => {
  const run = await seeded(['a']);
  const { putBack } = await remove(run, 1);
  const { program, items } = journal(run);
  const pod = run.pod(program, LAST_INDEX);
  await eventually(() => pod.courier.log.includes('watching queue'));
  await putBack();
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a']);
});

test('an item that is settled after the first claim makes it void', async () => {
  const run = await seeded(['a', 'b']);
  const { putBack } = await remove(run, 1);
  const rest = await remove(run, 1);
  const { program } = journal(run);
  expect(await run.pod(program, FAST).exit()).toBe(ExitCode.ITEMS_MISSING);
  await rest.putBack();
  const second = run.pod(program, FAST);
  expect(await second.exit()).toBe(ExitCode.ITEMS_MISSING);
  expect(second.courier.lastWords).toContain('1 of 2 items (0) is lost');
  await putBack();
  expect(await run.pod(program, FAST).exit()).toBe(ExitCode.DONE);
});

test('a claim of hours ago is not confirmed: the item was delivered since', async () => {
  const run = await seeded(['a']);
  await remove(run, 1);
  const { queue } = run;
  const nothing = createHash('sha256').update(Buffer.alloc(1)).digest('hex');
  const claim = (time: number) =>
    run.withBroker(async (model) => {
      const channel = await model.createConfirmChannel();
      const of = { queue, run: RUN_NAME, itemCount: 1 };
      const record = claimRecord(of, { missing: nothing, pod: 'another', time: new Date(time).toISOString() });
      channel.sendToQueue(relatedQueues(queue).ledger, record.body, record);
      await channel.waitForConfirms();
    });
  const HOUR = 3_600_000;
  await claim(Date.now() - HOUR);
  expect(await run.pod(['true'], FAST).exit()).toBe(ExitCode.ITEMS_MISSING);
  await claim(Date.now());
  expect(await run.pod(['true'], FAST).exit()).toBe(ExitCode.ITEMS_LOST);
});

test('nothing is called lost while a seeder may fill the queue again, and its items are done', async () => {
  const run = await seeded(['a', 'b']);
  const { program, items, open } = gated(run);
  const pod = run.pod(program, LAST_INDEX);
  await eventually(() => items().length === 1);
  await remove(run, 1);
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.purgeQueue(relatedQueues(run.queue).seeded);
  });
  open();
  await eventually(() => pod.courier.log.includes(`queue ${relatedQueues(run.queue).seeded} has no mark`));
  await run.seed();
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a', 'b']);
});

test('nothing is called lost while another client may hold dead letters', async () => {
  const run = await seeded(['a']);
  await remove(run, 1);
  const { dead } = relatedQueues(run.queue);
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.consume(dead, () => {});
    const pod = run.pod(['true'], { ...LAST_INDEX, CLOCK_RATE: '300' });
    expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(pod.courier.lastWords).toContain(
      `gave up after 10 min: 1 of 1 item (0) is neither in the queue nor recorded, and queue ${dead} has a consumer`,
    );
  });
});

test('a pod that is terminated while it watches the queue ends at once', async () => {
  const run = await seeded(['a']);
  await remove(run, 1);
  const pod = run.pod(['true'], LAST_INDEX);
  await eventually(() => pod.courier.log.includes('watching queue'));
  pod.terminate();
  expect(await pod.exit()).toBe(ExitCode.STOPPED);
});

test.each(['ledger', 'settled'] as const)('without its queue %s a run ends with what was deleted', async (which) => {
  const run = await seeded(['a', 'b']);
  const name = relatedQueues(run.queue)[which];
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.deleteQueue(name);
  });
  const pod = run.pod(['true'], LAST_INDEX);
  expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
  expect(pod.courier.lastWords).toContain(`queue ${name} is missing. It was deleted`);
});
