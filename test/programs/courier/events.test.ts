import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { EventKind } from '../../../lib/contract/message-headers';
import { EVENT_STDERR_BYTES, relatedQueues } from '../../../lib/contract/queues';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalRun } from '../../../tools/programs/local-run';
import { eventually } from '../../../tools/until';
import { podAtWork, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

/** What was told of the items, with the details that are the same in each run. */
async function itemEvents(run: LocalRun): Promise<unknown[]> {
  const events = await run.events();
  return events.flatMap(({ kind, id, details: { pod, node, time, seconds, ...rest } }) => {
    if (id === undefined) return [];
    expect([pod, node, Date.parse(time) > 0]).toEqual([expect.stringMatching(/^pod-/), 'node-1', true]);
    return [[kind, id, rest]];
  });
}

test('the seeder and each attempt are told, with what has failed', async () => {
  const run = await seeded(['a', 'bad']);
  // The start of the first item is not told, because it is over at once.
  const pod = run.pod(['sh', '-c', 'case $(cat) in bad) sleep 1; exit 3 ;; esac'], {
    ...LAST_INDEX,
    [EnvName.MAX_ATTEMPTS]: '2',
  });
  expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  const seeder = (await run.events()).filter(({ id }) => id === undefined);
  expect(seeder.map(({ kind, details: { items, recorded } }) => [kind, items, recorded])).toEqual([
    [EventKind.FILLING, 2, 0],
    [EventKind.FILLED, 2, 0],
  ]);
  expect(await itemEvents(run)).toEqual([
    [EventKind.STARTED, '1', { attempt: 1 }],
    [EventKind.FAILED, '1', { attempt: 1, reason: 'exit 3', exitCode: 3 }],
    [EventKind.STARTED, '1', { attempt: 2 }],
    [EventKind.FAILED, '1', { attempt: 2, reason: 'exit 3', exitCode: 3 }],
  ]);
});

test('an attempt that goes on is told with the time at which it began', async () => {
  const run = await seeded(['a']);
  expect(await run.pod(['sleep', '1'], LAST_INDEX).exit()).toBe(ExitCode.DONE);
  const told = (await run.events()).find(({ kind }) => kind === EventKind.STARTED);
  const [record] = await run.records();
  expect(told?.details.time).toBe(record.details.started);
});

test('a failed attempt is told with the end of its standard error', async () => {
  const run = await seeded(['a']);
  const script = 'n=$WORK_ITEM_ATTEMPT; if [ $n = 1 ]; then printf "%0999d\\nno \\033[31mä" 0 >&2; fi; exit 3';
  const pod = run.pod(['sh', '-c', script], { ...LAST_INDEX, [EnvName.MAX_ATTEMPTS]: '2' });
  expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  const failed = (await run.events()).filter(({ kind }) => kind === EventKind.FAILED);
  expect(failed.map(({ details: { stderr } }) => stderr?.replace(/^0+/, ''))).toEqual(['\nno \u001b[31mä', undefined]);
  expect(Buffer.byteLength(failed[0].details.stderr)).toBe(EVENT_STDERR_BYTES);
});

test('an item that goes to another pod is told', async () => {
  const run = await seeded(['a']);
  const { pod } = await podAtWork(run);
  await eventually(async () => (await itemEvents(run)).length > 0);
  pod.terminate();
  expect(await pod.exit()).toBe(ExitCode.STOPPED);
  expect(await itemEvents(run)).toEqual([
    [EventKind.STARTED, '0', { attempt: 1 }],
    [EventKind.REQUEUED, '0', { attempts: 0, interruptions: 1, reason: 'terminated' }],
  ]);
});

test('a foreign message is not told', async () => {
  const run = await seeded([]);
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    channel.sendToQueue(run.queue, Buffer.from('foreign'));
    await channel.waitForConfirms();
  });
  await run.pod(['true']).exit();
  expect(await itemEvents(run)).toEqual([]);
});

test('a run without its stream of events goes on', async () => {
  const run = await seeded(['a', 'b']);
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.deleteQueue(relatedQueues(run.queue).events);
  });
  expect(await run.pod(['true'], LAST_INDEX).exit()).toBe(ExitCode.DONE);
  await expect(run.depth('events')).rejects.toThrow('NOT_FOUND');
});

test('a broker without streams has none', async () => {
  const env = { SERVER_VERSION: '3.8.35' };
  const run = runOf({ items: ['a', 'b'], queueType: 'classic', env });
  expect(await run.seeder(env).exit).toBe(ExitCode.DONE);
  expect(await run.pod(['true'], LAST_INDEX).exit()).toBe(ExitCode.DONE);
  await expect(run.depth('events')).rejects.toThrow('NOT_FOUND');
});
