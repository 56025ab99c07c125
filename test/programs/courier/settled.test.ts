import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { RecordKind } from '../../../lib/contract/message-headers';
import { relatedQueues } from '../../../lib/contract/queues';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX } from '../../../tools/programs/local-run';
import { setPermissions } from '../../../tools/programs/rabbitmqctl';
import { eventually } from '../../../tools/until';
import { journal, podAtWork, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

const LAST = { ...LAST_INDEX, [EnvName.MAX_ATTEMPTS]: '2' };

test('each item has one record, with who did it and when', async () => {
  const run = await seeded(['a', 'bad']);
  const before = Date.now();
  const pod = run.pod(journal(run, '[ "$item" = a ]').program, LAST);
  expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  const records = await run.records();
  const [done, dead] = records;
  expect(records.map(({ kind, id }) => [kind, id])).toEqual([
    [RecordKind.DONE, '0'],
    [RecordKind.DEAD, '1'],
  ]);
  expect(done.details).toMatchObject({ attempt: 1, pod: 'pod-0', node: 'node-1', seconds: expect.any(Number) });
  expect(Date.parse(done.details.started)).toBeGreaterThanOrEqual(before);
  expect(dead.details).toEqual({ description: '"bad" (exit 1)', pod: 'pod-0', node: 'node-1' });
});

test('the mark has the verdict, and pods that come later take nothing', async () => {
  const run = await seeded(['a', 'bad']);
  const { program, items } = journal(run, '[ "$item" = a ]');
  expect(await run.pod(program, LAST).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  const [mark] = await run.messages('settled');
  expect(JSON.parse(mark.body.toString())).toMatchObject({
    ...{ items: 2, done: 1, dead: 1, sample: ['item 1 "bad" (exit 1)'], pod: 'pod-0' },
  });
  // What is left in the queue of a settled run is not run.
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    channel.sendToQueue(run.queue, Buffer.from('late'));
    await channel.waitForConfirms();
  });
  const later = run.pod(program);
  expect(await later.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  expect(items()).toEqual(['a', 'bad', 'bad']);
});

test('each Job has its own tolerance, whoever has left the mark', async () => {
  const run = await seeded(['bad']);
  expect(await run.pod(['false'], LAST).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  expect(await run.pod(['false'], { ...LAST, [EnvName.TOLERATED_DEAD_LETTERS]: '1' }).exit()).toBe(ExitCode.DONE);
});

test('many pods that are idle at the same time all end by one mark', async () => {
  const run = await seeded(['a']);
  const { program, items } = journal(run, 'sleep 3');
  const pods = Array.from({ length: 5 }, () => run.pod(program, LAST));
  for (const pod of pods) expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a']);
  expect(await run.depth('settled')).toBe(1);
});

test.each(['quorum', 'classic'] as const)(
  'a mark that was removed from a %s queue is left again',
  async (queueType) => {
    const run = runOf({ items: ['a'], queueType });
    await run.seed();
    const { program, items } = journal(run);
    for (let pods = 0; pods < 2; pods++) {
      const pod = run.pod(program, LAST);
      expect(await pod.exit()).toBe(ExitCode.DONE);
      expect(pod.courier.lastWords).toMatch(/^all 1 item settled: 1 done/);
      await run.withBroker(async (model) => {
        const channel = await model.createChannel();
        await channel.purgeQueue(relatedQueues(run.queue).settled);
      });
    }
    expect(items()).toEqual(['a']);
  },
);

test('a message that is no mark ends the pod with what to do', async () => {
  const run = await seeded(['a']);
  const { settled } = relatedQueues(run.queue);
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    channel.sendToQueue(settled, Buffer.from('{}'));
    await channel.waitForConfirms();
  });
  const pod = run.pod(['true'], LAST);
  expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
  expect(pod.courier.lastWords).toContain(`queue ${settled} contains a message that is not from this package`);
});

test('a foreign consumer of the work queue that takes nothing does not keep a run from its end', async () => {
  const run = await seeded(['a']);
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    const { program, items } = journal(run);
    const pod = run.pod(program, { ...LAST, CLOCK_RATE: '10' });
    await eventually(() => items().length === 1);
    await channel.prefetch(1);
    await channel.consume(run.queue, () => {});
    expect(await pod.exit()).toBe(ExitCode.DONE);
  });
});

test('a record is written although the broker has taken the item back', async () => {
  const run = await seeded(['a', 'b']);
  const { program, items } = journal(run);
  const pod = run.pod(program, { ...LAST, CRASH_AT: 'lose connection before record' });
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(pod.courier.log).toContain('item 0 "a": delivered again, and recorded before');
  expect(items()).toEqual(['a', 'b']);
});

test('a pod of a settled run does not wait for a seeder, although the seeded mark was lost', async () => {
  const run = await seeded(['a']);
  expect(await run.pod(['true'], LAST).exit()).toBe(ExitCode.DONE);
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.purgeQueue(relatedQueues(run.queue).seeded);
  });
  const later = run.pod(['true'], LAST);
  expect(await later.exit()).toBe(ExitCode.DONE);
  expect(later.courier.log).not.toContain('is not filled yet');
});

test('a redelivered item runs, and keeps its deliveries, if the ledger cannot be read', async () => {
  const run = await seeded(['a']);
  const { pod: killed, items } = await podAtWork(run);
  const { ledger: name } = relatedQueues(run.queue);
  const restore = setPermissions(broker(), { read: `^(?!${name}$)` });
  killed.end();
  await eventually(async () => (await run.depth()) === 1);
  const pod = run.pod(['true'], LAST);
  await eventually(() => pod.courier.log.includes('whether it is recorded cannot be read now'));
  restore();
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a']);
  expect(pod.courier.log.match(/delivered again/g)).toHaveLength(1);
});

test('a ledger that is no stream, although the broker has streams, is not emptied by its readers', async () => {
  const run = runOf({ items: ['a', 'b'], queueType: 'classic' });
  const before = { SERVER_VERSION: '3.8.35' };
  expect(await run.seeder(before).exit).toBe(ExitCode.DONE);
  const { program, items } = journal(run);
  expect(await run.pod(program, before).exit()).toBe(ExitCode.DONE);
  const upgraded = run.pod(program, LAST);
  expect(await upgraded.exit()).toBe(ExitCode.PROGRESSED);
  const name = relatedQueues(run.queue).ledger;
  expect(upgraded.courier.lastWords).toContain(`queue ${name} is not a stream`);
  expect(await run.pod(program, { ...LAST, ...before }).exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a', 'b']);
});
