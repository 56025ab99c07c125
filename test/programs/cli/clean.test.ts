import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import type { FakeCluster } from '../../../tools/command-line/fake-cluster';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalRun } from '../../../tools/programs/local-run';
import type { Json } from '../../../tools/synthesized-run';
import { eventually } from '../../../tools/until';
import { ended, podOf } from '../../support/cluster-objects';
import { type LocalRunObjects, objectsOf } from '../../support/local-run-objects';
import { useCommandLine } from '../../support/use-command-line';
import { useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded, runOf } = useRuns(broker);
let cluster: FakeCluster;
const { ran, startOnTerminal } = useCommandLine({ onCluster: (fake) => (cluster = fake), broker });

const FAILS_ON_BAD = ['sh', '-c', '[ "$(cat)" != bad ]'];
const ONE_ATTEMPT = { ...LAST_INDEX, [EnvName.MAX_ATTEMPTS]: '1' };

/** A run of three items, one of which is a dead letter. */
async function settledRun(): Promise<LocalRun> {
  const run = await seeded(['a', 'bad', 'c']);
  expect(await run.pod(FAILS_ON_BAD, ONE_ATTEMPT).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  return run;
}

/** The cluster has the objects of a run. Objects of the same name are there once, as the broker's are. */
function apply(run: LocalRun, runId?: string): LocalRunObjects {
  const objects = objectsOf(run, broker().url, runId);
  const { seeder, worker, brokerPod, others } = objects;
  const known = new Set(cluster.objects.map(idOf));
  cluster.objects.push(...[seeder, worker, brokerPod, ...others].filter((object) => !known.has(idOf(object))));
  return objects;
}

/** The same, and the run is over. */
function applyEnded(run: LocalRun, type: 'Complete' | 'Failed' = 'Complete', runId?: string): LocalRunObjects {
  const objects = apply(run, runId);
  end(objects.worker, type);
  return objects;
}

function end(job: Json, type: 'Complete' | 'Failed'): void {
  cluster.objects.splice(cluster.objects.indexOf(job), 1, ended(job, type));
}

const idOf = ({ kind, metadata }: Json) => `${kind} ${metadata.name}`;
const names = (kind: string) => cluster.of(kind).map(({ metadata }) => metadata.name);

function queuesOf({ queue }: LocalRun): string[] {
  const { dead, seeded, events, settled, ledger } = relatedQueues(queue);
  return [queue, dead, seeded, events, settled, ledger];
}

/** The queues of a run that exist. */
async function existing(run: LocalRun): Promise<string[]> {
  const found: string[] = [];
  for (const name of queuesOf(run)) {
    const isThere = await run.withBroker(async (model) => {
      const channel = await model.createChannel();
      channel.on('error', () => {});
      return channel.checkQueue(name).then(
        () => true,
        () => false,
      );
    });
    if (isThere) found.push(name);
  }
  return found;
}

test('clean shows what it deletes by name, counts the dead letters that are lost, and deletes it', async () => {
  const run = await settledRun();
  const { seeder, worker } = applyEnded(run);
  const foreign = { kind: 'ConfigMap', metadata: { name: 'foreign', uid: 'foreign' } };
  cluster.objects.push(foreign, podOf(worker, { name: 'pod-0', phase: 'Succeeded' }));
  const configMaps = names('ConfigMap').filter((name) => name !== 'foreign');
  expect(configMaps).toHaveLength(3);

  const { code, stdout, stderr } = await ran(['clean', run.queue, '--yes']);
  expect([code, stderr]).toEqual([0, '']);
  const listed = [worker.metadata.name, seeder.metadata.name, ...configMaps, ...queuesOf(run)];
  for (const name of listed) expect(stdout).toContain(`    ${name}\n`);
  expect(stdout).toMatch(/^Run test-run: Complete: 2 of 3 items done, 1 tolerated as dead letters\n/);
  expect(stdout).toMatch(/\nRun test-run is deleted\n$/);
  expect([names('Job'), names('ConfigMap'), names('Pod')]).toEqual([[], ['foreign'], ['rabbitmq-0']]);
  expect([names('Secret').length, await existing(run)]).toEqual([1, []]);
});

test('clean deletes the queues before the Jobs, and the seeder, by which a run is found, last', async () => {
  const run = await settledRun();
  const { seeder, worker } = applyEnded(run);
  cluster.awayAfterChanges = 1;
  expect((await ran(['clean', run.queue, '--yes'])).code).toBe(2);
  expect([await existing(run), names('Job')]).toEqual([[], expect.arrayContaining([worker.metadata.name])]);
  cluster.isAway = false;
  cluster.awayAfterChanges = Number.POSITIVE_INFINITY;
  expect((await ran(['clean', run.queue, '--yes'])).code).toBe(0);
  expect(cluster.changes.slice(-2)).toEqual([
    `delete jobs/${worker.metadata.name}`,
    `delete jobs/${seeder.metadata.name}`,
  ]);
});

test('a clean that loses the cluster after each of its changes is finished by the same command', async () => {
  const run = await settledRun();
  applyEnded(run, 'Failed');
  for (let changes = 1; changes <= 4; changes++) {
    cluster.awayAfterChanges = changes;
    const { code, stderr } = await ran(['clean', run.queue, '--yes']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('does not answer')]);
    cluster.isAway = false;
  }
  cluster.awayAfterChanges = Number.POSITIVE_INFINITY;
  expect(await ran(['clean', run.queue, '--yes'])).toMatchObject({ code: 0, stderr: '' });
  expect([names('Job'), names('ConfigMap'), await existing(run)]).toEqual([[], [], []]);
});

test('a clean that is killed after each queue is finished by the same command', async () => {
  const run = await settledRun();
  applyEnded(run, 'Failed');
  for (let count = 1; count < queuesOf(run).length; count++) {
    expect((await ran(['clean', run.queue, '--yes'], { CRASH_AT: 'before deletion:2' })).code).toBe('SIGKILL');
    expect(await existing(run)).toEqual(queuesOf(run).slice(count));
  }
  expect(await ran(['clean', run.queue, '--yes'])).toMatchObject({ code: 0, stderr: '' });
  expect([names('Job'), names('ConfigMap'), await existing(run)]).toEqual([[], [], []]);
});

test('clean --dry-run shows what would be deleted, and changes nothing', async () => {
  const run = await settledRun();
  const { worker } = applyEnded(run);
  const { code, stdout } = await ran(['clean', run.queue, '--dry-run']);
  expect([code, stdout]).toEqual([0, expect.stringContaining(worker.metadata.name)]);
  expect([cluster.changes, (await existing(run)).length]).toEqual([[], 6]);
});

describe('clean refuses', () => {
  test('a run that has not ended, and --force stops its pods before it deletes it', async () => {
    const run = await seeded(['a', 'b']);
    const { worker, seeder } = apply(run);
    cluster.objects.push(podOf(worker, { name: 'pod-0' }));
    const { code, stderr } = await ran(['clean', run.queue, '--yes']);
    expect([code, stderr]).toEqual([
      2,
      `Run test-run (Running) is not deleted: Job ${worker.metadata.name} has not ended. Wait until the run is over ` +
        '(`cdk8s-work-queue wait test-run`), or `cdk8s-work-queue clean test-run --force` to stop it and give up what is not done\n',
    ]);
    expect([cluster.changes, (await existing(run)).length]).toEqual([[], 6]);

    expect(await ran(['clean', run.queue, '--yes', '--force'])).toMatchObject({ code: 0, stderr: '' });
    expect(cluster.changes.at(0)).toBe(`patch jobs/${worker.metadata.name}`);
    expect(cluster.changes.at(-1)).toBe(`delete jobs/${seeder.metadata.name}`);
    expect([names('Job'), names('Pod'), await existing(run)]).toEqual([[], ['rabbitmq-0'], []]);
  });

  test('a run that has Failed with items without a record', async () => {
    const run = await seeded(['a', 'b']);
    expect(await run.pod(['true'], { [EnvName.ITEMS_PER_POD]: '1' }).exit()).toBe(ExitCode.DONE);
    applyEnded(run, 'Failed');
    const { code, stderr } = await ran(['clean', run.queue, '--yes']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is not deleted: 1 of its 2 items has no record. ')]);
    expect((await ran(['clean', run.queue, '--yes', '--force'])).code).toBe(0);
    expect([names('Job'), await existing(run)]).toEqual([[], []]);
  });

  test('a run that has Failed if its ledger cannot be read', async () => {
    const run = await settledRun();
    applyEnded(run, 'Failed');
    const { ledger, settled } = relatedQueues(run.queue);
    await run.withBroker(async (model) => {
      const channel = await model.createChannel();
      for (const queue of [ledger, settled]) await channel.deleteQueue(queue);
    });
    const { code, stderr } = await ran(['clean', run.queue, '--yes']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('it is not known whether its items are settled: ')]);
  });

  test('a run whose work queue has a consumer', async () => {
    const run = await settledRun();
    applyEnded(run);
    await run.withBroker(async (model) => {
      const channel = await model.createChannel();
      await channel.consume(run.queue, () => {});
      const { code, stderr } = await ran(['clean', run.queue, '--yes']);
      expect([code, stderr]).toEqual([2, expect.stringContaining('its work queue has 1 consumer. ')]);
    });
  });

  test('a run whose broker does not exist, and --force deletes what is in Kubernetes and says what remains', async () => {
    const run = await settledRun();
    applyEnded(run);
    cluster.objects.splice(0, Number.POSITIVE_INFINITY, ...cluster.objects.filter(({ kind }) => kind !== 'Secret'));
    const { code, stderr } = await ran(['clean', run.queue, '--yes']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/its queues cannot be deleted: Secret .* does not exist/),
    ]);
    const forced = await ran(['clean', run.queue, '--yes', '--force']);
    expect(forced.code).toBe(0);
    expect(forced.stdout).toContain(`these queues remain there: ${queuesOf(run).join(', ')}\n`);
    expect([names('Job'), (await existing(run)).length]).toEqual([[], 6]);
  });
});

test('on a broker without streams, the settled mark says that a run which has Failed is settled', async () => {
  const env = { SERVER_VERSION: '3.8.35' };
  const run = runOf({ items: ['bad'], queueType: 'classic', env });
  expect(await run.seeder(env).exit).toBe(ExitCode.DONE);
  expect(await run.pod(FAILS_ON_BAD, ONE_ATTEMPT).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  applyEnded(run, 'Failed');
  expect(await ran(['clean', run.queue, '--yes'], env)).toMatchObject({ code: 0, stderr: '' });
  expect(await existing(run)).toEqual([]);
});

test('a ConfigMap that another run or Job uses is left alone, and not listed', async () => {
  const [run, other] = [await settledRun(), await settledRun()];
  applyEnded(run, 'Complete', 'first');
  const { worker } = apply(other, 'second');
  const [items, seederPrograms, courierPrograms] = names('ConfigMap');
  const { code, stdout } = await ran(['clean', run.queue, '--yes']);
  expect(code).toBe(0);
  for (const name of [items, seederPrograms, courierPrograms]) expect(stdout).not.toContain(name);
  expect(names('ConfigMap')).toEqual([items, seederPrograms, courierPrograms]);

  end(worker, 'Complete');
  const user = {
    kind: 'Job',
    metadata: { name: 'user', uid: 'user' },
    spec: { template: { spec: { containers: [{ name: 'c', envFrom: [{ configMapRef: { name: items } }] }] } } },
  };
  cluster.objects.push(user);
  expect((await ran(['clean', other.queue, '--yes'])).code).toBe(0);
  expect([names('Job'), names('ConfigMap')]).toEqual([['user'], [items]]);
});

describe('clean --finished', () => {
  test('deletes all runs that are over and settled, with what they share, and tells which are not', async () => {
    const runs = [await settledRun(), await settledRun(), await seeded(['a'])];
    applyEnded(runs[0], 'Complete', 'first');
    applyEnded(runs[1], 'Failed', 'second');
    const { worker } = applyEnded(runs[2], 'Failed', 'third');
    const { code, stdout, stderr } = await ran(['clean', '--finished', '--yes']);
    expect(code).toBe(0);
    expect(stdout.match(/^Run test-run is deleted$/gm)).toHaveLength(2);
    expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining('1 of its 1 item has no record')]);
    expect(names('Job')).toContain(worker.metadata.name);
    expect([names('Job').length, await existing(runs[0]), await existing(runs[1])]).toEqual([2, [], []]);
  });

  test('never deletes a run that goes on, and that is no error', async () => {
    const run = await seeded(['a']);
    apply(run);
    const { code, stdout, stderr } = await ran(['clean', '--finished', '--force', '--yes']);
    expect([code, stdout, cluster.changes]).toEqual([0, '', []]);
    expect(stderr).toContain('has not ended');
    expect(stderr).toContain('Nothing to delete: no run of namespace research is over and settled\n');
  });

  test('ends with 2 if it is not known whether a run is settled', async () => {
    const run = await settledRun();
    applyEnded(run);
    cluster.forbidden.add('get secrets');
    const { code, stderr } = await ran(['clean', '--finished', '--yes']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('may not get secrets')]);
  });

  test.each([[[]], [['RUN', '--finished']]])('is given instead of a run: %j', async (args: string[]) => {
    const { code, stderr } = await ran(['clean', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('name one run, or give --finished')]);
  });
});

test.each([['delete jobs'], ['delete configmaps']])(
  'without the right to %s nothing is deleted, and the error names the Role',
  async (right) => {
    const run = await settledRun();
    applyEnded(run);
    cluster.forbidden.add(right);
    const { code, stderr } = await ran(['clean', run.queue, '--yes']);
    expect([code, stderr]).toEqual([
      2,
      `User alice may not ${right} in namespace research. Ask for a Role that grants it: docs/command-line.md#rights has work-queue-operator\n`,
    ]);
    expect([cluster.changes, (await existing(run)).length]).toEqual([[], 6]);
  },
);

describe('the question of clean', () => {
  test('needs a terminal, or --yes', async () => {
    const run = await settledRun();
    applyEnded(run);
    const { code, stderr } = await ran(['clean', run.queue]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('there is no terminal to ask on. ')]);
    expect(cluster.changes).toEqual([]);
  });

  const QUESTION =
    'With the queues, 1 dead letter will be lost. Delete 2 Jobs, 3 ConfigMaps and 6 queues of run test-run? [y/N] ';

  async function asked(run: LocalRun) {
    const command = startOnTerminal(['clean', run.queue], { TERM: 'xterm' });
    await eventually(() => command.stdout.includes(QUESTION));
    return command;
  }

  test.each([
    ['y\n', 0, true],
    ['n\n', 0, false],
    ['\n', 0, false],
    ['\u0004', 0, false],
    ['\u0003', 130, false],
  ])('after %j ends with %d', async (keys, code, isDeleted) => {
    const run = await settledRun();
    applyEnded(run);
    const command = await asked(run);
    command.type(keys);
    expect(await command.exit).toBe(code);
    expect(await existing(run)).toHaveLength(isDeleted ? 0 : 6);
    expect(names('Job')).toHaveLength(isDeleted ? 0 : 2);
    if (!isDeleted) expect(cluster.changes).toEqual([]);
  });

  test('is void if there is something else to delete when it is answered', async () => {
    const run = await settledRun();
    const { worker } = applyEnded(run);
    const command = await asked(run);
    cluster.objects.push({
      ...ended(worker, 'Complete'),
      metadata: { ...worker.metadata, name: 'later', uid: 'later' },
    });
    command.type('y\n');
    expect(await command.exit).toBe(2);
    expect(command.stdout).toContain('has changed meanwhile');
    expect([cluster.changes, (await existing(run)).length]).toEqual([[], 6]);
  });
});
