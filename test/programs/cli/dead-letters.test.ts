import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { ItemHeader } from '../../../lib/contract/message-headers';
import { relatedQueues } from '../../../lib/contract/queues';
import type { FakeCluster } from '../../../tools/command-line/fake-cluster';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalRun, RUN_NAME } from '../../../tools/programs/local-run';
import { container, type Json } from '../../../tools/synthesized-run';
import { eventually } from '../../../tools/until';
import { ended, podOf } from '../../support/cluster-objects';
import { objectsOf } from '../../support/local-run-objects';
import { useCommandLine } from '../../support/use-command-line';
import { journal, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded, runOf } = useRuns(broker);
let cluster: FakeCluster;
const { ran, start, startOnTerminal } = useCommandLine({ onCluster: (fake) => (cluster = fake), broker });

const ONE_ATTEMPT = { ...LAST_INDEX, [EnvName.MAX_ATTEMPTS]: '1' };
const FAILED = { reason: 'PodFailurePolicy', message: 'exit code 20' };
const RETRY = ['dead', 'retry', RUN_NAME, '--yes'];

/** A run whose pods have ended: items that begin with `bad` failed, until they are mended. */
async function failedRun(items: readonly string[]) {
  const run = await seeded(items);
  const mended = join(run.folder, 'mended');
  const script = `case $item in bad*) [ -e ${mended} ] || { printf 'first\\nno %s\\033[2J\\n' "$item" >&2; exit 3; } ;; esac`;
  const { program, items: begun } = journal(run, script);
  expect(await run.pod(program, ONE_ATTEMPT).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  const { seeder, worker, brokerPod, others } = objectsOf(run, broker().url);
  const job = ended(worker, 'Failed', FAILED);
  cluster.objects.push(seeder, job, brokerPod, ...others);
  return { run, program, begun, job, mend: () => writeFileSync(mended, '') };
}

/** The Jobs that retries have created. */
function created(): Json[] {
  return cluster.of('Job').filter(({ metadata }) => metadata.labels['cdk8s-work-queue/retry'] !== undefined);
}

/** The last pod of a Job that was created. */
function lastPod(run: LocalRun, program: readonly string[], job: Json) {
  const completions = String(job.spec.completions);
  return run.pod(program, {
    ...ONE_ATTEMPT,
    [EnvName.COMPLETIONS]: completions,
    [EnvName.COMPLETION_INDEX]: String(job.spec.completions - 1),
  });
}

function finish(job: Json, type: 'Complete' | 'Failed'): void {
  const at = cluster.objects.indexOf(job);
  cluster.objects[at] = ended(job, type);
}

test('dead letters are listed, each in full, and chosen by reason, exit code, standard error and item', async () => {
  const { run } = await failedRun(['a', 'bad 1', 'bad\t2', 'c']);
  const { code, stdout, stderr } = await ran(['dead', 'list', RUN_NAME]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^ITEM +TEXT +REASON +ATTEMPTS +EXIT CODE +POD +LAST LINE OF STANDARD ERROR\n/);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/ {2,}/g, ' | ')),
  ).toEqual([
    '1 | bad 1 | exit 3 | 1 | 3 | pod-0 | no bad 1\\u001b[2J',
    '2 | bad\\t2 | exit 3 | 1 | 3 | pod-0 | no bad\\t2\\u001b[2J',
  ]);
  const items = async (...args: string[]) => {
    const found = (await ran(['dead', 'list', RUN_NAME, '--json', ...args])).stdout;
    return found
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).item);
  };
  expect(await items()).toEqual([1, 2]);
  expect(await items('--reason', 'EXIT')).toEqual([1, 2]);
  expect(await items('--exit-code', '4')).toEqual([]);
  expect(await items('--stderr', '^no .*1')).toEqual([1]);
  expect(await items('--item', '2', '--item', '0')).toEqual([2]);
  expect((await ran(['dead', 'list', RUN_NAME, '--stderr', '('])).code).toBe(2);

  const shown = await ran(['dead', 'show', RUN_NAME, '2']);
  expect(shown.stdout).toMatch(/^Item: +2\nReason: +exit 3\nExit code: +3\nAttempts: +1\n/);
  expect(shown.stdout).toMatch(/The end of standard error\n {2}first\n {2}no bad\t2\\u001b\[2J\n$/);
  const whole = JSON.parse((await ran(['dead', 'show', RUN_NAME, 'bad 1', '--json'])).stdout);
  expect(whole).toMatchObject({ version: 1, run: RUN_NAME, item: 1, base64: Buffer.from('bad 1').toString('base64') });
  expect(await ran(['dead', 'show', RUN_NAME, '0'])).toMatchObject({
    code: 2,
    stderr: 'Item 0 is not a dead letter: it is done\n',
  });
  expect(await run.depth('dead')).toBe(2);
});

test('of a run of 100 items with 7 dead letters a retry runs 7, and the run is settled with 100 done', async () => {
  const bad = [3, 10, 25, 26, 50, 77, 99];
  const names = Array.from({ length: 100 }, (_, n) => (bad.includes(n) ? `bad-${n}` : `item-${n}`));
  const { run, program, begun, job, mend } = await failedRun(names);
  expect(begun()).toHaveLength(100);
  mend();
  const { code, stdout, stderr } = await ran(RETRY);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(`Job ${job.metadata.name}-r1 with 7 completions works on 7 items of run ${RUN_NAME}\n`);
  expect([await run.depth(), await run.depth('dead'), await run.depth('settled')]).toEqual([7, 0, 0]);
  const [retry] = created();
  expect(retry.spec).toMatchObject({ completions: 7, completionMode: 'Indexed' });
  expect(retry.spec.selector).toBeUndefined();
  const { value } = container(retry, 'courier').env.find(({ name }: Json) => name === EnvName.COMPLETIONS);
  expect(value).toBe('7');

  const pod = lastPod(run, program, retry);
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(pod.courier.lastWords).toMatch(/^all 100 items settled: 100 done; this pod: 7 items done/);
  expect(begun().slice(100).sort()).toEqual(bad.map((n) => `bad-${n}`).sort());
  finish(retry, 'Complete');
  expect(await ran(['wait', RUN_NAME])).toMatchObject({ code: 0, stdout: 'Complete: 100 of 100 items done\n' });
});

test('the report after a retry has the dead letters that are left, and the pods of both Jobs', async () => {
  const names = ['a', 'bad-0', 'b', 'bad-1', 'c', 'd'];
  const began = new Date().toISOString();
  const { run, program, job, mend } = await failedRun(names);
  mend();
  expect((await ran([...RETRY, '--item', '1'])).code).toBe(0);
  const report = async () => {
    const { code, stdout, stderr } = await ran(['report', RUN_NAME, '--out', '-']);
    expect([code, stderr]).toEqual([0, '']);
    return stdout.replace(/<\/?(div|dt|dd|bdi)[^>]*>/g, ' ').replace(/ +/g, ' ');
  };
  const retried = new Date().toISOString();
  const waiting = await report();
  for (const words of ['done 4 (66 %)', 'dead letters 1 ', 'open 1 ', 'retries 1 (1 item)', 'parallelism 2'])
    expect(waiting).toContain(words);
  const [retry] = created();
  expect(await lastPod(run, program, retry).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  finish(retry, 'Failed');
  const pods = [podOf(job, { name: 'pod-0', created: began }), podOf(retry, { name: 'pod-1', created: retried })];
  cluster.objects.push(...pods);
  const over = await report();
  for (const words of ['done 5 (83 %)', 'dead letters 1 ', 'open 0 ', 'pods 2 ', 'Item 3'])
    expect(over).toContain(words);
  expect(over).not.toContain('<h3>Item 1</h3>');
});

test('a retry of a retry is the next one, and only what is chosen runs', async () => {
  const { run, program, begun, job, mend } = await failedRun(['bad-0', 'bad-1', 'c']);
  expect((await ran([...RETRY, '--item', '1'])).code).toBe(0);
  const [first] = created();
  expect(first.spec.completions).toBe(1);
  const failing = lastPod(run, program, first);
  expect(await failing.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  expect(failing.courier.lastWords).toContain('all 3 items settled: 1 done, 2 dead letters (0 tolerated)');
  finish(first, 'Failed');
  mend();
  expect((await ran(RETRY)).stdout).toContain(`Job ${job.metadata.name}-r2 with 2 completions`);
  const second = created()[1];
  expect(await lastPod(run, program, second).exit()).toBe(ExitCode.DONE);
  expect(begun().sort()).toEqual(['bad-0', 'bad-0', 'bad-1', 'bad-1', 'bad-1', 'c']);
});

test('a command that is killed at every call is finished by the next one', async () => {
  const { run, program, begun, mend } = await failedRun(['bad-0', 'bad-1', 'c']);
  mend();
  let killed = 0;
  for (;;) {
    const { code } = await ran(RETRY, { CRASH_AT: `call:${killed + 1}` });
    if (code === 0) break;
    expect(code).toBe('SIGKILL');
    killed++;
  }
  expect(killed).toBeGreaterThan(8);
  expect(created()).toHaveLength(1);
  expect([await run.depth(), await run.depth('dead'), await run.depth('settled')]).toEqual([2, 0, 0]);
  expect(await lastPod(run, program, created()[0]).exit()).toBe(ExitCode.DONE);
  expect(begun().sort()).toEqual(['bad-0', 'bad-0', 'bad-1', 'bad-1', 'c']);
});

test.each([['purge settled'], ['publish ledger retried'], ['publish work'], ['ack'], ['publish ledger retry']])(
  'a command that is killed before its first "%s" is finished by the next one',
  async (step) => {
    const { run, program, begun, mend } = await failedRun(['bad-0', 'bad-1', 'c']);
    mend();
    expect((await ran(RETRY, { CRASH_AT: `call:${step}` })).code).toBe('SIGKILL');
    expect(created()).toEqual([]);
    expect(await ran(RETRY)).toMatchObject({ code: 0, stderr: '' });
    expect([await run.depth(), await run.depth('dead')]).toEqual([2, 0]);
    expect(await lastPod(run, program, created()[0]).exit()).toBe(ExitCode.DONE);
    expect(begun().sort()).toEqual(['bad-0', 'bad-0', 'bad-1', 'bad-1', 'c']);
  },
);

test('a command whose Job was not created, or whose answer was lost, is finished by the next one', async () => {
  const { run } = await failedRun(['bad-0', 'bad-1', 'c']);
  const command = start([...RETRY, '--item', '0']);
  await eventually(async () => (await run.depth()) === 1);
  cluster.isAway = true;
  await command.exit;
  cluster.isAway = false;
  if (created().length === 0) {
    const { stdout, stderr } = await ran(RETRY);
    expect(stderr).toContain('An earlier retry of this run was stopped before its Job existed');
    expect(stdout).toContain('works on 1 item of run');
  }
  expect(created()).toHaveLength(1);
  expect([await run.depth(), await run.depth('dead')]).toEqual([1, 1]);
});

test('two commands at once create one Job, and no item is there twice', async () => {
  const { run } = await failedRun(['bad-0', 'bad-1', 'c']);
  const both = await Promise.all([ran(RETRY), ran(RETRY)]);
  expect(both.map(({ code }) => code).sort()).toEqual([0, 2]);
  const refused = both.find(({ code }) => code === 2);
  expect(refused?.stderr).toMatch(/retry of this run is|is still active|to retry, and no items that wait/);
  expect(created()).toHaveLength(1);
  expect([await run.depth(), await run.depth('dead')]).toEqual([2, 0]);
});

test('while another command has the lock, a retry is refused', async () => {
  const { run } = await failedRun(['bad-0', 'c']);
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.assertQueue(relatedQueues(run.queue).settlingLock, { exclusive: true, durable: false });
    const { code, stderr } = await ran(RETRY);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Another retry of this run is at work')]);
  });
  expect([await run.depth(), await run.depth('dead'), await run.depth('settled')]).toEqual([0, 1, 1]);
});

test('a retry is refused while a Job of the run is active', async () => {
  const { run, job } = await failedRun(['bad-0', 'c']);
  const at = cluster.objects.indexOf(job);
  cluster.objects[at] = { ...job, status: {} };
  const active = await ran(RETRY);
  expect(active).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('A worker Job of run test-run is still active'),
  });
  cluster.objects[at] = { ...job, status: { ...job.status, active: 1 } };
  expect((await ran(RETRY)).code).toBe(2);
  cluster.objects[at] = job;
  const seeder = cluster.of('Job').find(({ metadata }) => metadata.name !== job.metadata.name);
  seeder.status = {};
  expect((await ran(RETRY)).stderr).toContain('The seeder of run test-run is still active');
  expect(await run.depth('dead')).toBe(1);
});

test('without the right to create Jobs nothing is changed, and the error names it', async () => {
  const { run } = await failedRun(['bad-0', 'c']);
  cluster.forbidden.add('create jobs');
  const { code, stderr } = await ran(RETRY);
  expect([code, stderr]).toEqual([2, expect.stringContaining('may not create jobs in namespace research')]);
  expect([await run.depth(), await run.depth('dead'), await run.depth('settled')]).toEqual([0, 1, 1]);
});

test.each([['retry'], ['drop']])('%s without a terminal and without --yes is an error', async (command) => {
  const { run } = await failedRun(['bad-0', 'c']);
  const { code, stderr } = await ran(['dead', command, RUN_NAME]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('there is no terminal to ask on. ')]);
  expect(await run.depth('dead')).toBe(1);
});

test('on a terminal retry asks, and does nothing unless the answer is yes', async () => {
  const { run } = await failedRun(['bad-0', 'c']);
  const answered = async (keys: string) => {
    const command = startOnTerminal(['dead', 'retry', RUN_NAME]);
    await eventually(() => command.stdout.includes('[y/N]'));
    command.type(keys);
    return command.exit;
  };
  expect(await answered('n\r')).toBe(0);
  expect([created(), await run.depth('dead')]).toEqual([[], 1]);
  expect(await answered('y\r')).toBe(0);
  expect([created().length, await run.depth('dead')]).toEqual([1, 0]);
});

test('a drop removes messages; records and verdict stay', async () => {
  const { run } = await failedRun(['bad-0', 'bad-1', 'c']);
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    channel.sendToQueue(relatedQueues(run.queue).dead, Buffer.from('foreign'), { messageId: '0' });
    await channel.waitForConfirms();
  });
  expect(await ran(['dead', 'drop', RUN_NAME, '--item', '1', '--yes'])).toMatchObject({
    ...{ code: 0, stdout: '1 dead letter of run test-run removed\n' },
  });
  const { stdout, stderr } = await ran(['dead', 'list', RUN_NAME, '--json']);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).item),
  ).toEqual([0]);
  expect(stderr).toContain('1 more item is a dead letter by the ledger but has no message');
  expect([await run.depth('dead'), await run.depth('settled')]).toEqual([2, 1]);
  expect(JSON.parse((await ran(['status', RUN_NAME, '--json'])).stdout).items).toMatchObject({ done: 1, dead: 2 });
  expect((await ran(['dead', 'drop', RUN_NAME, '--item', '1', '--yes'])).code).toBe(2);
});

test('items that the broker has lost are refused, and with --missing come from the ConfigMaps', async () => {
  const run = await seeded(['a', 'b', 'c']);
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    const lost = await channel.get(run.queue);
    if (lost) channel.ack(lost);
    await channel.close();
  });
  const { seeder, worker, brokerPod, others } = objectsOf(run, broker().url);
  const digest = run.seederEnv[EnvName.ITEMS_DIGEST];
  seeder.spec.template.spec.containers[0].env.find(({ name }: Json) => name === EnvName.ITEMS_DIGEST).value = digest;
  cluster.objects.push(seeder, ended(worker, 'Failed', { reason: 'BackoffLimitExceeded' }), brokerPod, ...others);
  expect(await ran(RETRY)).toMatchObject({ code: 2, stderr: expect.stringContaining('The broker has lost 1 item') });
  expect((await ran([...RETRY, '--missing'])).stdout).toContain('works on 3 items');
  const found = await run.messages('work');
  expect(found.map(({ id, body }) => `${id} ${body}`).sort()).toEqual(['0 a', '1 b', '2 c']);
  expect(found.map(({ headers }) => headers[ItemHeader.GENERATION]).filter(Boolean)).toEqual([1]);
});

test('items that wait in the queue of a Job that has failed are done by the next Job', async () => {
  const run = await seeded(['a', 'b', 'c']);
  const { seeder, worker, brokerPod, others } = objectsOf(run, broker().url);
  cluster.objects.push(seeder, ended(worker, 'Failed', { reason: 'BackoffLimitExceeded' }), brokerPod, ...others);
  expect((await ran(RETRY)).stdout).toContain('with 3 completions works on 3 items');
  const { program, items } = journal(run);
  expect(await lastPod(run, program, created()[0]).exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a', 'b', 'c']);
});

test('on a broker without streams a retry is refused, and the letters are listed', async () => {
  const env = { SERVER_VERSION: '3.8.35' };
  const run = runOf({ items: ['bad', 'c'], queueType: 'classic', env });
  expect(await run.seeder(env).exit).toBe(ExitCode.DONE);
  const { seeder, worker, brokerPod, others } = objectsOf(run, broker().url);
  cluster.objects.push(seeder, ended(worker, 'Failed', FAILED), brokerPod, ...others);
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    const headers = { [ItemHeader.RUN]: RUN_NAME, reason: 'exit 3' };
    channel.sendToQueue(relatedQueues(run.queue).dead, Buffer.from('bad'), { messageId: '0', headers });
    await channel.waitForConfirms();
  });
  expect((await ran(['dead', 'list', RUN_NAME], env)).stdout).toContain('exit 3');
  expect(await ran(RETRY, env)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('This broker has no streams'),
  });
  expect(await run.depth('dead')).toBe(1);
});
