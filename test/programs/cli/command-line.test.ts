import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import type { FakeCluster } from '../../../tools/command-line/fake-cluster';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalRun, RUN_NAME } from '../../../tools/programs/local-run';
import type { Json } from '../../../tools/synthesized-run';
import { eventually } from '../../../tools/until';
import { ended, podOf } from '../../support/cluster-objects';
import { type LocalRunObjects, objectsOf } from '../../support/local-run-objects';
import { useCommandLine } from '../../support/use-command-line';
import { gated, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded, runOf } = useRuns(broker);
let cluster: FakeCluster;
const { ran, start } = useCommandLine({ onCluster: (fake) => (cluster = fake), broker });

/** The cluster has the objects of a run, and these pods of it. */
function apply(run: LocalRun, ...pods: string[]): LocalRunObjects {
  const objects = objectsOf(run, broker().url);
  const { seeder, worker, brokerPod, others } = objects;
  cluster.objects.push(seeder, worker, brokerPod, ...others, ...pods.map((name) => podOf(worker, { name })));
  return objects;
}

/** The pods of the run have ended, and its Job as well. */
function end(worker: Json, ...how: ['Complete'] | ['Failed', Json]): void {
  const [type, details] = how;
  const others = cluster.objects.filter(
    ({ kind, metadata }) => kind !== 'Pod' && metadata.name !== worker.metadata.name,
  );
  cluster.objects.splice(0, Number.POSITIVE_INFINITY, ...others, ...cluster.of('Pod').filter(isBroker));
  cluster.objects.push(ended(worker, type, details));
}

const isBroker = ({ metadata }: Json) => metadata.labels?.app === 'rabbitmq';

/** A program that fails on the item `bad`, after it has written what it does. */
const FAILS_ON_BAD = ['sh', '-c', 'item=$(cat); echo "no $item" >&2; [ "$item" != bad ]'];
const ONE_ATTEMPT = { ...LAST_INDEX, [EnvName.MAX_ATTEMPTS]: '1' };

/** A run of three items, one of which is a dead letter. */
async function settledRun(): Promise<LocalRun> {
  const run = await seeded(['a', 'bad', 'c']);
  expect(await run.pod(FAILS_ON_BAD, ONE_ATTEMPT).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  return run;
}

test('the state of a run has what is done, dead, at work and waiting, by the identity of the items', async () => {
  const run = await seeded(['a', 'bad', 'c', 'd']);
  const { program, open } = gated(run, 'c');
  const failing = [
    'sh',
    '-c',
    `item=$(cat); [ "$item" != bad ] || exit 3; printf %s "$item" | ${program[0]} -c '${program[2]}'`,
  ];
  const pod = run.pod(failing, ONE_ATTEMPT);
  apply(run, 'pod-0');
  await eventually(async () => (await run.events()).some(({ kind, id }) => kind === 'started' && id === '2'));

  const { code, stdout, stderr } = await ran(['status', RUN_NAME, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const state = JSON.parse(stdout);
  expect(state).toMatchObject({
    ...{ phase: 'Running', run: RUN_NAME, queue: run.queue, countedBy: 'ledger' },
    items: { total: 4, done: 1, dead: 1, atWork: 1, waiting: 1 },
    slowest: [{ item: 2, text: 'c', attempt: 1, pod: 'pod-0', node: 'node-1' }],
    lastFailures: [{ item: 1, text: 'bad', attempt: 1, reason: 'exit 3', exitCode: 3, pod: 'pod-0' }],
    deadLetters: [{ item: 1, description: '"bad" (exit 3)', pod: 'pod-0' }],
  });
  expect(state.note).toBeUndefined();
  const { dead, seeded: mark, ledger, events, settled } = relatedQueues(run.queue);
  expect(state.queues).toEqual([run.queue, dead, mark, ledger, events, settled]);
  expect(cluster.forwardCount).toBe(1);
  open();
  expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
});

test('nothing is taken away from the queues by reading them', async () => {
  const run = await seeded(['a', 'b']);
  apply(run);
  for (const command of [['status', RUN_NAME], ['runs'], ['status', RUN_NAME]])
    expect((await ran(command)).code).toBe(0);
  expect([await run.depth(), await run.depth('seeded'), await run.depth('settled')]).toEqual([2, 1, 0]);
  const pod = run.pod(['true'], LAST_INDEX);
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect((await run.records()).map(({ id }) => id).sort()).toEqual(['0', '1']);
});

test('a run that has Failed is told with its dead letters on standard error', async () => {
  const run = await settledRun();
  const { worker } = apply(run);
  end(worker, 'Failed', { reason: 'PodFailurePolicy', message: 'exit code 20' });
  const { code, stdout, stderr } = await ran(['wait', RUN_NAME]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr.split('\n')).toEqual([
    `Failed: exit code 20 (Job ${worker.metadata.name}, PodFailurePolicy)`,
    '  item 1 "bad" (exit 1: "no bad")',
    '',
  ]);
});

test('a run that is Complete is told on standard output', async () => {
  const run = await settledRun();
  const { worker } = apply(run);
  end(worker, 'Complete');
  expect(await ran(['wait', RUN_NAME])).toEqual({
    ...{ code: 0, stdout: 'Complete: 2 of 3 items done, 1 tolerated as dead letters\n', stderr: '' },
  });
});

test('a list of the runs says how far they are and what is left of them', async () => {
  const run = await settledRun();
  apply(run);
  const { code, stdout } = await ran(['runs']);
  expect(code).toBe(0);
  const [header, line, ...more] = stdout.trimEnd().split('\n');
  expect(header).toMatch(/^RUN +STATE +ITEMS +DONE +DEAD +AGE +LEFT OF IT$/);
  expect(line).toMatch(/^test-run +Running +3 +2 +1 +\d+ h.* +2 Jobs, 6 queues$/);
  expect(more).toEqual([]);
});

test('in a pipe each change is a line, and a port-forward that is lost comes back', async () => {
  const run = await seeded(['a', 'b', 'c']);
  const { program, items, open } = gated(run, 'b');
  const pod = run.pod(program, LAST_INDEX);
  const { worker } = apply(run, 'pod-0');
  const watch = start(['watch', RUN_NAME]);
  await eventually(() => watch.stdout.includes('1 of 3 done, 1 at work'));
  expect(cluster.forwardCount).toBe(1);

  cluster.cutForwards();
  open();
  expect(await pod.exit()).toBe(ExitCode.DONE);
  await eventually(() => watch.stdout.includes('3 of 3 done'));
  expect(cluster.forwardCount).toBeGreaterThan(1);
  expect(items()).toEqual(['a', 'b', 'c']);
  end(worker, 'Complete');
  expect(await watch.exit).toBe(0);
  const lines = watch.stdout.trimEnd().split('\n');
  expect(lines.at(-1)).toBe('test-run: Complete: 3 of 3 items done');
  expect(new Set(lines).size).toBe(lines.length);
  expect(watch.stdout).not.toContain('\u001b');
});

test('with --json each change is an object on a line', async () => {
  const run = await settledRun();
  const { worker } = apply(run);
  const watch = start(['watch', RUN_NAME, '--json']);
  await eventually(() => watch.stdout.includes('\n'));
  end(worker, 'Failed', { reason: 'PodFailurePolicy', message: 'exit code 20' });
  expect(await watch.exit).toBe(1);
  const states = watch.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(states.map(({ phase }) => phase)).toEqual(['Running', 'Failed']);
  expect(states.map(({ items }) => items.done)).toEqual([2, 2]);
});

test('a broker that is not ready is told, and asked again', async () => {
  const run = await settledRun();
  const { brokerPod, worker } = apply(run);
  const ready = brokerPod.status;
  brokerPod.status = { phase: 'Pending' };
  const watch = start(['watch', RUN_NAME]);
  await eventually(() => watch.stdout.includes('rabbitmq-0 is Pending, not ready'));
  brokerPod.status = ready;
  await eventually(() => watch.stdout.includes('2 of 3 done'));
  end(worker, 'Complete');
  expect(await watch.exit).toBe(0);
});

test('a run whose queues were deleted says so', async () => {
  const run = await settledRun();
  apply(run);
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    for (const queue of [run.queue, ...Object.values(relatedQueues(run.queue))]) await channel.deleteQueue(queue);
  });
  const state = JSON.parse((await ran(['status', RUN_NAME, '--json'])).stdout);
  expect(state).toMatchObject({ countedBy: 'none', items: { total: 3 }, queues: [] });
  expect(state.note).toContain('The queues of this run were deleted');
  for (const command of [
    ['logs', RUN_NAME, '0'],
    ['report', RUN_NAME, '--out', '-'],
  ]) {
    const { code, stderr } = await ran(command);
    expect([code, stderr]).toEqual([2, expect.stringContaining('The queues of this run do not exist')]);
  }
});

test.each([
  ['without streams', { SERVER_VERSION: '3.8.35' }],
  ['that had no streams when the run began', {}],
])('on a broker %s the queues are counted, and the note says so', async (_, now: Record<string, string>) => {
  const env = { SERVER_VERSION: '3.8.35' };
  const run = runOf({ items: ['a', 'b', 'c'], queueType: 'classic', env });
  expect(await run.seeder(env).exit).toBe(ExitCode.DONE);
  apply(run);
  const state = JSON.parse((await ran(['status', RUN_NAME, '--json'], now)).stdout);
  expect(state).toMatchObject({ countedBy: 'queues', items: { total: 3, done: 0, dead: 0, atWork: 0, waiting: 3 } });
  expect(state.note).toContain('is not a stream');
});

test('--broker-url needs neither Secret nor port-forward', async () => {
  const run = await settledRun();
  apply(run);
  for (const right of ['get secrets', 'get services', 'create pods/portforward']) cluster.forbidden.add(right);
  const state = JSON.parse((await ran(['status', RUN_NAME, '--json', '--broker-url', broker().url])).stdout);
  expect(state).toMatchObject({ countedBy: 'ledger', items: { done: 2, dead: 1 } });
  expect(cluster.forwardCount).toBe(0);
});

test.each([['get secrets'], ['get services'], ['create pods/portforward']])(
  'without the right to %s the note says which right is missing',
  async (right) => {
    const run = await settledRun();
    apply(run);
    cluster.forbidden.add(right);
    const { note } = JSON.parse((await ran(['status', RUN_NAME, '--json'])).stdout);
    expect(note).toContain(`may not ${right} in namespace research. Ask for a Role`);
  },
);

test('without the right to get configmaps items have no texts', async () => {
  const run = await settledRun();
  apply(run);
  cluster.forbidden.add('get configmaps');
  const { lastFailures, note } = JSON.parse((await ran(['status', RUN_NAME, '--json'])).stdout);
  expect(lastFailures).toEqual([expect.objectContaining({ item: 1 })]);
  expect(lastFailures[0].text).toBeUndefined();
  expect(note).toBeUndefined();
});

test('the report of a run has its attempts and dead letters', async () => {
  const run = await settledRun();
  const { worker } = apply(run, 'pod-0');
  end(worker, 'Failed', { reason: 'PodFailurePolicy', message: 'exit code 20' });
  const { code, stdout, stderr } = await ran(['report', RUN_NAME, '--out', '-']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^<!DOCTYPE html>/);
  for (const words of ['Failed: exit code 20', '2 (66 %)', 'exit code 1', 'no bad']) {
    expect(stdout.replace(/<\/?(dt|dd|bdi)[^>]*>/g, '')).toContain(words);
  }
});

test('a report may lack the events, and says so', async () => {
  const run = await settledRun();
  apply(run);
  await run.withBroker(async (model) => (await model.createChannel()).deleteQueue(relatedQueues(run.queue).events));
  const { code, stdout, stderr } = await ran(['report', RUN_NAME, '--out', '-']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('This history has no events');
  expect(stdout).toContain('no bad');
});

test('a run whose Jobs do not name their broker has no report', async () => {
  const { worker, seeder } = apply(await settledRun());
  for (const { spec } of [worker, seeder]) {
    for (const container of [...spec.template.spec.containers, ...(spec.template.spec.initContainers ?? [])]) {
      container.env = container.env?.filter(({ name }: Json) => name !== EnvName.BROKER_URL);
    }
  }
  const { code, stderr } = await ran(['report', RUN_NAME, '--out', '-']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('do not name their broker in the usual way')]);
});

test('a report that cannot be written is an error', async () => {
  apply(await settledRun());
  const { code, stderr } = await ran(['report', RUN_NAME, '--out', '/nowhere/report.html']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('The report cannot be written: ENOENT')]);
});

test('on a broker without streams there is no report, and the error says what to do', async () => {
  apply(await settledRun());
  const { code, stderr } = await ran(['report', RUN_NAME, '--out', '-'], { SERVER_VERSION: '3.8.35' });
  expect([code, stderr]).toEqual([2, expect.stringContaining('This broker has no streams')]);
});

describe('the log of an item', () => {
  /** A line of the pod's log, so many milliseconds after an attempt has begun. */
  const lineAt = (started: string, milliseconds: number, text: string) =>
    `${new Date(Date.parse(started) + milliseconds).toISOString()} ${text}\n`;

  test('is that of its pod, for just that attempt, without control characters', async () => {
    const run = await settledRun();
    apply(run);
    const [a, , c] = await run.records();
    const log = lineAt(a.details.started, 1, 'of a\u001b[2J') + lineAt(c.details.started, 1, 'of c');
    cluster.logs.set('pod-0/worker', log);
    cluster.logs.set('pod-0/courier', lineAt(a.details.started, 0, 'courier'));
    expect(await ran(['logs', RUN_NAME, '0'])).toMatchObject({ code: 0, stdout: 'of a\\u001b[2J\n' });
    expect((await ran(['logs', RUN_NAME, 'a', '--raw'])).stdout).toBe('of a\u001b[2J\n');
    expect((await ran(['logs', RUN_NAME, 'a', '--courier'])).stdout).toBe('courier\n');
    const { stdout, stderr } = await ran(['logs', RUN_NAME, 'c']);
    expect(stdout).toBe('of c\n');
    expect(stderr).toMatch(/^item 2, attempt 1: done after .* in pod pod-0, from /);
    expect((await ran(['logs', RUN_NAME, 'bad'])).stderr).toMatch(/^item 1, attempt 1: failed \(exit 1\) after /);
  });

  test.each([
    [['nothing'], 'No item of the run is "nothing". Give the whole item, or its number, from 0 to 2'],
    [['3'], 'The run has no item 3: its 3 items have the numbers from 0 to 2'],
    [['0', '--attempt', '2'], 'Item 0 has no attempt 2. Attempts that are known: 1'],
    [['0'], 'Pod pod-0, which had the item, no longer exists, and its log is gone with it'],
  ])('that does not exist is an error: %j', async (args, sentence) => {
    apply(await settledRun());
    const { code, stdout, stderr } = await ran(['logs', RUN_NAME, ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });

  test('that no pod has begun is an error', async () => {
    apply(await seeded(['a']));
    const { code, stderr } = await ran(['logs', RUN_NAME, '0']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('No pod has begun with item 0 yet')]);
  });
});
