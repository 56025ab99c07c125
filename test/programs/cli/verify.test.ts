import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { deadRecord, doneRecord } from '../../../lib/programs/ledger/record';
import type { FakeCluster } from '../../../tools/command-line/fake-cluster';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalRun, RUN_NAME } from '../../../tools/programs/local-run';
import type { Json } from '../../../tools/synthesized-run';
import { ended, podOf } from '../../support/cluster-objects';
import { type LocalRunObjects, objectsOf } from '../../support/local-run-objects';
import { useCommandLine } from '../../support/use-command-line';
import { useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded } = useRuns(broker);
let cluster: FakeCluster;
const { ran } = useCommandLine({ onCluster: (fake) => (cluster = fake), broker });

async function verified(...args: string[]) {
  const { code, stdout, stderr } = await ran(['verify', RUN_NAME, ...args]);
  return { code, receipt: JSON.parse(stdout), stderr, stdout };
}

function apply(run: LocalRun, tolerated = 0): LocalRunObjects {
  const objects = objectsOf(run, broker().url);
  const { seeder, worker, brokerPod, others } = objects;
  variable(worker, EnvName.TOLERATED_DEAD_LETTERS).value = String(tolerated);
  cluster.objects.push(seeder, ended(worker, 'Complete'), brokerPod, ...others);
  return objects;
}

function variable(job: Json, name: string): Json {
  return job.spec.template.spec.containers.at(-1).env.find((each: Json) => each.name === name);
}

const ONE_ATTEMPT = { ...LAST_INDEX, [EnvName.MAX_ATTEMPTS]: '1' };

async function withDeadLetter(): Promise<LocalRun> {
  const run = await seeded(['a', 'b\u001b[2J', 'c']);
  const fails = ['sh', '-c', 'case "$(cat)" in b*) exit 3; esac'];
  expect(await run.pod(fails, ONE_ATTEMPT).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  return run;
}

/** Writes records as a courier does. */
async function record(run: LocalRun, ...records: readonly ReturnType<typeof doneRecord>[]): Promise<void> {
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    const { ledger } = relatedQueues(run.queue);
    for (const { body, messageId, headers } of records) {
      channel.sendToQueue(ledger, body, { messageId, headers, persistent: true });
    }
    await channel.waitForConfirms();
  });
}

const done = (run: LocalRun, item: number, pod: string, attempt = 1, runName = RUN_NAME) =>
  doneRecord({ queue: run.queue, run: runName, itemCount: 3 }, item, {
    ...{ attempt, pod, node: 'node-1' },
    ...{ started: new Date('2026-11-28T10:00:00Z'), milliseconds: 1500 },
  });

test('a run of which all items are done is verified, with its list, times, image and program', async () => {
  const run = await seeded(['a', 'b', 'c']);
  const { worker, seeder } = apply(run);
  const pod = (index: number) => `${worker.metadata.name}-${index}-abcde`;
  const status = { containerStatuses: [{ name: 'worker', imageID: 'busybox@sha256:123' }] };
  cluster.objects.push(podOf(worker, { name: pod(0), phase: 'Succeeded', status }));
  await record(run, done(run, 0, pod(0)), done(run, 1, pod(1), 2), done(run, 2, pod(1)));

  const { code, receipt, stderr, stdout } = await verified();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  const digest = run.seederEnv[EnvName.ITEMS_DIGEST];
  expect(receipt).toMatchObject({
    ...{ version: 1, namespace: 'research', run: RUN_NAME, queue: run.queue, chart: 'test', verified: true },
    verdict: 'Each of 3 items has a record: 3 done',
    list: { items: 3, digest, recomputedDigest: digest, isThatOfSynth: true },
    counts: { total: 3, done: 3, dead: 0, missing: 0, records: 3 },
    ...{ missing: [], dead: [], attempts: { 1: 2, 2: 1 }, findings: [] },
    times: {
      ...{ firstStart: '2026-11-28T10:00:00.000Z', lastEnd: '2026-11-28T10:00:01.500Z' },
      ...{ elapsedSeconds: 1.5, workSeconds: 4.5 },
    },
  });
  expect(receipt.workers).toEqual([
    {
      ...{ job: worker.metadata.name, kind: 'CoarseWorkerJob', created: worker.metadata.creationTimestamp },
      ...{ outcome: 'Complete', image: 'busybox:1.37', imageIds: ['busybox@sha256:123'], command: ['cat'], done: 3 },
    },
  ]);
  expect(seeder.metadata.name).toBeDefined();
});

test.each([
  [1, 0, 'Each of 3 items has a record: 2 done, 1 dead letter (1 tolerated)'],
  [0, 1, '1 dead letter, 0 tolerated'],
])('with %d dead letters tolerated, a run with one ends with %d', async (tolerated, exitCode, verdict) => {
  apply(await withDeadLetter(), tolerated);
  const { code, receipt, stderr, stdout } = await verified();
  expect([code, stderr]).toEqual([exitCode, exitCode === 0 ? '' : `${verdict}\n`]);
  expect(receipt).toMatchObject({
    ...{ verified: exitCode === 0, verdict, toleratedDeadLetters: tolerated },
    counts: { total: 3, done: 2, dead: 1, missing: 0 },
    dead: [{ item: 1, description: expect.stringContaining('(exit 3)'), pod: 'pod-0' }],
  });
  expect(stdout).not.toContain('\u001b');
});

test('items without a record are ranges, and the verdict says so', async () => {
  const run = await seeded(['a', 'b', 'c', 'd', 'e']);
  apply(run);
  await record(run, done(run, 2, 'pod-0'));
  const { code, receipt, stderr } = await verified();
  const words = '4 of 5 items have no record: the run has not ended, or not with all of its items';
  expect([code, stderr]).toEqual([1, `${words}\n`]);
  expect(receipt).toMatchObject({
    ...{
      counts: { done: 1, missing: 4 },
      missing: [
        [0, 1],
        [3, 4],
      ],
    },
    findings: [{ kind: 'missing', description: words, count: 4, examples: [] }],
  });
});

test('foreign, doubled and contradicting records are findings, and change nothing of what is done', async () => {
  const run = await seeded(['a', 'b', 'c']);
  apply(run);
  const items = { queue: run.queue, run: RUN_NAME, itemCount: 3 };
  const death = (pod: string) =>
    deadRecord(items, { number: 2, generation: 0 }, { description: '"c" (exit 1)', pod, node: 'node-1' });
  await record(run, done(run, 0, 'pod-0'), done(run, 0, 'pod-0'), done(run, 1, 'pod-0'), done(run, 1, 'pod-1'));
  await record(run, death('pod-2'), death('pod-3'), done(run, 2, 'pod-4'));
  await record(run, done(run, 7, 'pod-0'), done(run, 0, 'pod-0', 1, 'other\u001b[2J'));
  const { code, receipt } = await verified();
  expect([code, receipt.verified]).toEqual([0, true]);
  expect(receipt.counts).toEqual({ total: 3, done: 3, dead: 0, missing: 0, records: 7 });
  expect(receipt.findings.map(({ kind, count, examples }: Json) => ({ kind, count, examples }))).toEqual([
    {
      ...{ kind: 'foreign-record', count: 2 },
      examples: [
        { item: '7', recordRun: RUN_NAME, pods: [] },
        { item: '0', recordRun: 'other [2J', pods: [] },
      ],
    },
    { kind: 'done-twice', count: 1, examples: [{ item: 1, pods: ['pod-0', 'pod-1'] }] },
    { kind: 'dead-twice', count: 1, examples: [{ item: 2, pods: ['pod-2', 'pod-3', 'pod-4'] }] },
    { kind: 'done-and-dead', count: 1, examples: [{ item: 2, pods: ['pod-2', 'pod-3', 'pod-4'] }] },
  ]);
});

describe('the list', () => {
  async function allDone(): Promise<{ run: LocalRun; objects: LocalRunObjects }> {
    const run = await seeded(['a', 'b', 'c']);
    const objects = apply(run);
    await record(run, ...[0, 1, 2].map((item) => done(run, item, 'pod-0')));
    return { run, objects };
  }

  test('that is not the one of the synth is not verified', async () => {
    const { objects } = await allDone();
    variable(objects.seeder, EnvName.ITEMS_DIGEST).value = 'another';
    const { code, receipt, stderr } = await verified();
    expect([code, stderr]).toEqual([1, 'The items in the ConfigMaps are not the list of the synth\n']);
    expect(receipt).toMatchObject({ verified: false, list: { digest: 'another', isThatOfSynth: false } });
  });

  test('that cannot be read is not compared, and the receipt says so', async () => {
    await allDone();
    cluster.forbidden.add('get configmaps');
    const { code, receipt } = await verified();
    expect([code, receipt.list]).toEqual([
      0,
      { items: 3, digest: expect.any(String), note: expect.stringContaining('may not get configmaps') },
    ]);
  });

  test('of a seeder that was deleted is not compared', async () => {
    const { objects } = await allDone();
    cluster.objects.splice(cluster.objects.indexOf(objects.seeder), 1);
    const { code, receipt } = await verified();
    expect([code, receipt.list]).toEqual([
      0,
      { items: 3, note: 'The Job of the seeder was deleted, and with it the digest of the list' },
    ]);
  });
});

test('with --out the receipt is in a file, and the verdict on standard output', async () => {
  apply(await withDeadLetter(), 1);
  const folder = mkdtempSync(join(tmpdir(), 'verify-test-'));
  const file = join(folder, 'receipt.json');
  try {
    const { code, stdout } = await ran(['verify', RUN_NAME, '--out', file]);
    expect([code, stdout]).toEqual([0, 'Each of 3 items has a record: 2 done, 1 dead letter (1 tolerated)\n']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1, verified: true });
    const { code: failed, stderr } = await ran(['verify', RUN_NAME, '--out', join(folder, 'no', 'file')]);
    expect([failed, stderr]).toEqual([2, expect.stringContaining('The receipt cannot be written: ENOENT')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('without streams, or without queues, a run cannot be verified', async () => {
  const run = await seeded(['a']);
  apply(run);
  const old = await ran(['verify', RUN_NAME], { SERVER_VERSION: '3.8.35' });
  expect(old).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('This broker has no streams') });
  await run.withBroker(async (model) => {
    await (await model.createChannel()).deleteQueue(relatedQueues(run.queue).ledger);
  });
  const { code, stdout, stderr } = await ran(['verify', RUN_NAME]);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('The queues of this run do not exist')]);
});
