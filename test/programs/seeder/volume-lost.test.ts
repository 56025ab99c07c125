import { ContainerName } from '../../../lib/contract/containers';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { Label } from '../../../lib/contract/labels';
import { relatedQueues } from '../../../lib/contract/queues';
import { type ApiCall, FakeApiServer } from '../../../tools/programs/api-server';
import { useBroker } from '../../../tools/programs/broker';
import type { LocalRun } from '../../../tools/programs/local-run';
import type { ProgramProcess } from '../../../tools/programs/program-process';
import { rabbitmqctl } from '../../../tools/programs/rabbitmqctl';
import { eventually } from '../../../tools/until';
import { ledger, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf } = useRuns(broker);

const LIST = ['a', 'b', 'c', 'd'];

/** The Jobs that the API server knows, and what it says of them. */
let jobs: object[];
/** Called for each question, before its answer. */
let onQuestion: (call: ApiCall) => void;
let api: FakeApiServer;

beforeEach(async () => {
  jobs = [job('m-eat', {})];
  onQuestion = () => {};
  api = new FakeApiServer((call) => {
    onQuestion(call);
    return { status: 200, body: { kind: 'JobList', items: jobs } };
  });
  await api.start();
});
afterEach(() => api.stop());

function job(name: string, status?: object, container: string = ContainerName.COURIER): object {
  const spec = { template: { spec: { containers: [{ name: container }] } } };
  return { metadata: { name }, spec, ...(status && { status }) };
}

const seeder = (run: LocalRun, env: Record<string, string> = {}): ProgramProcess => run.seeder({ ...api.env, ...env });

async function expectFilled(run: LocalRun, process = seeder(run)): Promise<void> {
  expect([await process.exit, process.lastWords]).toEqual([ExitCode.DONE, expect.stringContaining('filled with 4')]);
  expect((await run.messages('work')).map(({ body }) => body.toString())).toEqual(LIST);
  expect(await run.depth('seeded')).toBe(1);
}

async function expectNothingDeclared(run: LocalRun): Promise<void> {
  for (const which of ['work', 'dead', 'seeded'] as const) await expect(run.depth(which)).rejects.toThrow('NOT_FOUND');
}

function deleteQueues(run: LocalRun): Promise<void> {
  return run.withBroker(async (model) => {
    const channel = await model.createChannel();
    const { dead, seeded } = relatedQueues(run.queue);
    for (const name of [run.queue, dead, seeded]) await channel.deleteQueue(name);
  });
}

describe('a queue that the broker does not know', () => {
  test.each<[string, object[], RegExp]>([
    ['a pod of its Job has succeeded', [job('m-eat', { succeeded: 1 })], /but 1 pod of Job m-eat has succeeded/],
    [
      'pods of its Job have succeeded that are not counted yet',
      [job('m-eat', { succeeded: 1, uncountedTerminatedPods: { succeeded: ['x', 'y'] } })],
      /but 3 pods of Job m-eat have succeeded/,
    ],
    [
      "a pod of the user's own consumers has succeeded",
      [job('m-queue', { succeeded: 1 }, ContainerName.SEEDER), job('m-eat-own', { succeeded: 1 }, 'consumer')],
      /but 1 pod of Job m-eat-own has succeeded/,
    ],
    [
      'pods of a Job of an earlier manifest have succeeded',
      [job('m-eat', { active: 2 }), job('m-eat-old', { succeeded: 2 })],
      /but 2 pods of Job m-eat-old have succeeded/,
    ],
  ])('is not filled if %s, and nothing is declared', async (_, found, sentence) => {
    jobs = found;
    const run = runOf({ items: LIST });
    const process = seeder(run);
    expect(await process.exit).toBe(ExitCode.TRY_AGAIN);
    expect(process.lastWords).toMatch(sentence);
    expect(process.lastWords).toMatch(/give the QueueSeeder another runId and apply, or delete Job m-eat/);
    await expectNothingDeclared(run);
  });

  test.each<[string, object[]]>([
    ['there is no worker Job', []],
    ['its Job has no status yet', [job('m-eat')]],
    ['only a seeder has succeeded', [job('m-queue', { succeeded: 1 }, ContainerName.SEEDER), job('m-eat', {})]],
    ['no pod of its Job has succeeded', [job('m-eat', { active: 2, failed: 3, uncountedTerminatedPods: {} })]],
  ])('is filled if %s', async (_, found) => {
    jobs = found;
    await expectFilled(runOf({ items: LIST }));
  });

  test('is filled after one question before it and one before the mark, with the token, for the label of the queue', async () => {
    const run = runOf({ items: LIST });
    await expectFilled(run);
    const selector = encodeURIComponent(`${Label.QUEUE}=${run.queue}`);
    const path = `/apis/batch/v1/namespaces/research/jobs?labelSelector=${selector}`;
    const call = { method: 'GET', path, authorization: 'Bearer the-token', body: '' };
    expect(api.calls).toEqual([call, call]);
  });

  test('is filled without a question if there is no API server, as in a rehearsal', async () => {
    const run = runOf({ items: LIST });
    await expectFilled(run, run.seeder());
    expect(api.calls).toEqual([]);
  });

  test('is filled when the API server answers at last, with the token that is valid then', async () => {
    api.faults.push(503, 401);
    const run = runOf({ items: LIST });
    const process = seeder(run);
    await eventually(() => api.calls.length > 0);
    api.setToken('renewed');
    await expectFilled(run, process);
    expect(api.calls.at(-1)?.authorization).toBe('Bearer renewed');
    expect(process.log).toMatch(/worker Jobs of queue .*: the API server answered 503: status 503; trying again in/);
  });

  test('is not filled without a right to ask: the seeder gives up and says so', async () => {
    api.faults.push(...Array(100).fill(403));
    const run = runOf({ items: LIST });
    const process = seeder(run, { CLOCK_RATE: '300' });
    expect(await process.exit).toBe(ExitCode.TRY_AGAIN);
    expect(process.lastWords).toMatch(
      /^worker Jobs of queue .*: gave up after 10 min: the API server answered 403: status 403\. Without an answer no pod gets an item/,
    );
    expect(api.calls.length).toBeGreaterThan(1);
    await expectNothingDeclared(run);
  });

  test.each<[string, Record<string, string>]>([
    ['that cannot be reached', { KUBERNETES_SERVICE_PORT: '1' }],
    ['without a service account', { [EnvName.SERVICE_ACCOUNT_DIR]: '/nonexistent' }],
  ])('is not filled with an API server %s', async (_, env) => {
    const run = runOf({ items: LIST });
    const process = seeder(run, { CLOCK_RATE: '300', ...env });
    expect(await process.exit).toBe(ExitCode.TRY_AGAIN);
    expect(process.lastWords).toMatch(
      /gave up after 10 min: the API server cannot be reached: .*(ECONNREFUSED|ENOENT)/,
    );
    await expectNothingDeclared(run);
  });

  test('is not filled if the answer is something else', async () => {
    jobs = undefined as unknown as object[];
    const run = runOf({ items: LIST });
    const process = seeder(run, { CLOCK_RATE: '300' });
    expect(await process.exit).toBe(ExitCode.TRY_AGAIN);
    expect(process.lastWords).toMatch(/the API server answered 200: this is not an answer to the call\. Without/);
    await expectNothingDeclared(run);
  });

  test('has no mark if a pod succeeds while the queue is filled, and the next seeder does not fill it either', async () => {
    const run = runOf({ items: LIST });
    onQuestion = () => {
      if (api.calls.length === 2) jobs = [job('m-eat', { succeeded: 1 })];
    };
    for (const questions of [2, 3]) {
      const process = seeder(run);
      expect(await process.exit).toBe(ExitCode.TRY_AGAIN);
      expect(process.lastWords).toMatch(/1 pod of Job m-eat has succeeded/);
      expect(api.calls.length).toBe(questions);
      expect(await run.depth('seeded')).toBe(0);
    }
  });

  test('is not filled by a seeder that is terminated while it asks', async () => {
    api.faults.push(...Array(100).fill(503));
    const run = runOf({ items: LIST });
    const process = seeder(run);
    await eventually(() => api.calls.length > 0);
    process.kill('SIGTERM');
    expect(await process.exit).toBe(ExitCode.STOPPED);
    await expectNothingDeclared(run);
  });
});

describe('a queue that was filled', () => {
  test('is left alone without a question', async () => {
    const run = runOf({ items: LIST });
    await expectFilled(run);
    api.calls.length = 0;
    jobs = [job('m-eat', { succeeded: 1 })];
    const process = seeder(run);
    expect(await process.exit).toBe(ExitCode.DONE);
    expect(process.lastWords).toContain('filled before');
    expect(api.calls).toEqual([]);
  });

  test('and is lost in mid-run, with all its related queues, is not filled again', async () => {
    const run = runOf({ items: LIST });
    const first = seeder(run);
    expect(await first.exit).toBe(ExitCode.DONE);
    for (const _ of [1, 2]) expect(await run.pod(['cat']).exit()).toBe(ExitCode.DONE);
    jobs = [job('m-eat', { succeeded: 2 })];
    await deleteQueues(run);
    const process = seeder(run);
    expect(await process.exit).toBe(ExitCode.TRY_AGAIN);
    expect(process.lastWords).toMatch(/has no mark, but 2 pods of Job m-eat have succeeded/);
    await expectNothingDeclared(run);
  });

  test('and whose mark a seeder that died has read is left alone without a question', async () => {
    const run = runOf({ items: LIST });
    expect(await seeder(run).exit).toBe(ExitCode.DONE);
    api.calls.length = 0;
    jobs = [job('m-eat', { succeeded: 2 })];
    // Holds the mark for less than a seeder waits for it.
    const held = run.withBroker(async (model) => {
      const channel = await model.createChannel();
      await channel.get(relatedQueues(run.queue).seeded);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    });
    const process = seeder(run);
    await held;
    expect(await process.exit).toBe(ExitCode.DONE);
    expect(process.lastWords).toContain('filled before');
    expect(api.calls).toEqual([]);
  });
});

/** A node that comes back without its data. */
function loseVolume(): void {
  for (const command of ['stop_app', 'force_reset', 'start_app']) rabbitmqctl(broker(), command);
}

test('a pod that is at work when the volume is lost counts only items of the next filling', async () => {
  const run = runOf({ items: [...LIST, 'e', 'f'] });
  expect(await seeder(run).exit).toBe(ExitCode.DONE);
  const hangsOnce = `[ "$item" != c ] || ! mkdir ${run.folder}/hung 2>/dev/null || exec sleep 1000`;
  const { program, items } = ledger(run, hangsOnce);
  const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '3' });
  await eventually(() => items().length === 3);
  loseVolume();
  // No pod has succeeded, so the queue is filled.
  expect(await seeder(run).exit).toBe(ExitCode.DONE);
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  expect(await run.depth()).toBe(3);
});
