import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Label } from '../../../lib/contract/labels';
import type { FakeCluster } from '../../../tools/command-line/fake-cluster';
import { SynthesizedRun } from '../../../tools/synthesized-run';
import { eventually } from '../../../tools/until';
import { appliedJobs, courierEnded, ended, podOf } from '../../support/cluster-objects';
import { useCommandLine } from '../../support/use-command-line';

let cluster: FakeCluster;
const { ran, start } = useCommandLine({ onCluster: (fake) => (cluster = fake) });
const run = new SynthesizedRun();
const { seeder, worker } = appliedJobs(run);
const queue = run.queue.queueName;

const COMMANDS = [
  'explain',
  'rehearse',
  'runs',
  'status',
  'watch',
  'wait',
  'logs',
  'dead list',
  'dead show',
  'dead retry',
  'dead drop',
  'report',
  'verify',
  'clean',
  'completion',
];

describe('help', () => {
  test('names each command, the exit codes and NO_COLOR', async () => {
    const { code, stdout } = await ran(['--help']);
    expect(code).toBe(0);
    for (const words of [...COMMANDS.map((command) => command.split(' ')[0]), '124', 'NO_COLOR'])
      expect(stdout).toContain(words);
  });

  test.each(COMMANDS)('of %s has an example', async (command) => {
    const { code, stdout } = await ran([...command.split(' '), '--help']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Examples?:\n {2}.*cdk8s-work-queue /)]);
  });

  test.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['wait'], "missing required argument 'run'"],
    [['runs', '--frobnicate'], "unknown option '--frobnicate'"],
    [['wait', 'fruits', '--timeout', '10'], 'a number with a unit, such as 90s'],
    [['logs', 'fruits', '1', '--attempt', 'x'], 'a whole number'],
  ])('is named after a mistake: %j', async (args, words) => {
    const { code, stdout, stderr } = await ran(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
    expect(stderr).toContain('--help');
  });
});

describe('without a cluster', () => {
  test('KUBECONFIG that names no file is an error', async () => {
    const { code, stderr } = await ran(['runs'], { KUBECONFIG: '/nowhere/config' });
    expect([code, stderr]).toEqual([
      2,
      'KUBECONFIG names /nowhere/config, which does not exist. Correct the variable, or give --kubeconfig FILE\n',
    ]);
  });

  test('--kubeconfig that names no file is an error', async () => {
    const { code, stderr } = await ran(['runs', '--kubeconfig', '/nowhere/config']);
    expect([code, stderr]).toEqual([
      2,
      '--kubeconfig names /nowhere/config, which does not exist. Name a file that does\n',
    ]);
  });

  test('no kubeconfig at all is an error', async () => {
    const { code, stderr } = await ran(['runs'], { KUBECONFIG: '' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^There is no cluster to ask: KUBECONFIG is not set, and .*config does not exist\. Give/);
  });

  test('a context that does not exist is an error with those that do', async () => {
    const { code, stderr } = await ran(['runs', '--context', 'fak']);
    expect([code, stderr]).toEqual([
      2,
      'The kubeconfig has no context fak. It has fake: kubectl config get-contexts lists them all\n',
    ]);
  });

  test('a kubeconfig that is none is an error', async () => {
    writeFileSync(cluster.kubeconfig, '{');
    const { code, stderr } = await ran(['runs']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^The kubeconfig .* cannot be read: .*\. Correct the file\n$/),
    ]);
  });

  test('an API server that does not answer is an error', async () => {
    cluster.silence();
    const { code, stderr } = await ran(['runs']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^The cluster http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED.*\. Check that it runs/,
    );
  });
});

test('a namespace without runs is an error', async () => {
  const { code, stderr } = await ran(['runs']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^Namespace research has no runs: .*choose another namespace/),
  ]);
});

test.each([['before'], ['after']])('--namespace %s the command chooses the namespace', async (where) => {
  const option = ['--namespace', 'elsewhere'];
  const { stderr } = await ran(where === 'before' ? [...option, 'runs'] : ['runs', ...option]);
  expect(stderr).toContain('Namespace elsewhere has no runs');
});

test('a run that does not exist is an error with the nearest names', async () => {
  cluster.objects.push(seeder, worker);
  const { code, stderr } = await ran(['wait', 'test-fruit']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(`Namespace research has no run test-fruit. Names that are like it: ${queue}. `),
  ]);
});

test.each([
  [['runs'], 'list jobs'],
  [['runs'], 'list pods'],
])('%j without the right to %s is an error with the verb, the resource and the Role', async (args, right) => {
  cluster.objects.push(seeder, worker);
  cluster.forbidden.add(right);
  const { code, stderr } = await ran(args);
  expect([code, stderr]).toEqual([
    2,
    `User alice may not ${right} in namespace research. Ask for a Role that grants it: docs/command-line.md#rights has work-queue-reader\n`,
  ]);
});

describe('wait', () => {
  test('ends with 0 and the verdict when the run is Complete, and asks for nothing but Jobs until then', async () => {
    cluster.objects.push(seeder, worker);
    const command = start(['wait', queue]);
    await eventually(() => cluster.asked.has('list jobs'));
    expect([...cluster.asked]).toEqual(['list jobs']);
    cluster.objects.splice(1, 1, ended(worker, 'Complete'));
    expect(await command.exit).toBe(0);
    expect(command.stdout).toBe('Complete: all 8 items settled\n');
  });

  test('ends with 1 when the run has Failed, with what the pod has said', async () => {
    const pod = podOf(worker, {
      phase: 'Failed',
      status: courierEnded(20, 'all 8 items settled: 7 done, 1 dead letter'),
    });
    const message = `Container courier for pod research/${pod.metadata.name} failed with exit code 20 matching FailJob rule at index 0`;
    cluster.objects.push(seeder, ended(worker, 'Failed', { reason: 'PodFailurePolicy', message }), pod);
    const { code, stdout, stderr } = await ran(['wait', worker.metadata.name]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^Failed: all 8 items settled: 7 done, 1 dead letter \(Job test-eat-\w+, PodFailurePolicy\)\n/,
    );
  });

  test('ends with 124 when the time is over', async () => {
    cluster.objects.push(seeder, worker);
    const { code, stdout, stderr } = await ran(['wait', queue, '--timeout', '1s']);
    expect([code, stdout]).toEqual([124, '']);
    expect(stderr).toContain(`Run ${queue} is not over after 1 s: `);
  });

  test('ends with 2 when the Jobs are deleted meanwhile', async () => {
    cluster.objects.push(seeder, worker);
    const command = start(['wait', queue]);
    await eventually(() => cluster.asked.has('list jobs'));
    cluster.objects.length = 0;
    expect(await command.exit).toBe(2);
    expect(command.stderr).toContain(`Run ${queue} is gone: its Jobs in namespace research were deleted`);
  });

  test('says once that the cluster does not answer, and goes on when it does', async () => {
    cluster.objects.push(seeder, worker);
    const command = start(['wait', queue]);
    await eventually(() => cluster.asked.has('list jobs'));
    cluster.isAway = true;
    await eventually(() => command.stderr.includes('trying again'));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(command.stderr).toMatch(/^The cluster http:\S+ does not answer: .*; trying again\n$/);
    cluster.objects.splice(1, 1, ended(worker, 'Complete'));
    cluster.isAway = false;
    expect(await command.exit).toBe(0);
  });

  test('ends with 130 on Ctrl-C', async () => {
    cluster.objects.push(seeder, worker);
    const command = start(['wait', queue]);
    await eventually(() => cluster.asked.has('list jobs'));
    command.kill('SIGINT');
    expect(await command.exit).toBe(130);
  });
});

test('the state of a run says why its broker cannot be asked', async () => {
  cluster.objects.push(seeder, worker);
  const { code, stdout } = await ran(['status', queue, '--json']);
  expect(code).toBe(0);
  const state = JSON.parse(stdout);
  expect(state).toMatchObject({ queue, namespace: 'research', countedBy: 'none', items: { total: 8 } });
  expect(state.note).toMatch(
    /^Secret .*-credentials, which the pods of the run use for the broker, does not exist\. Wait/,
  );
  expect(stdout.trim().split('\n')).toHaveLength(1);
});

test('Jobs that other programs have labelled are no runs', async () => {
  const foreign = {
    kind: 'Job',
    metadata: { name: 'foreign', labels: { [Label.QUEUE]: 'x' } },
    spec: { template: {} },
  };
  cluster.objects.push(foreign);
  expect((await ran(['runs'])).stderr).toContain('Namespace research has no runs');
});

test('the executable says its version', async () => {
  const { version } = require(join('..', '..', '..', 'package.json'));
  expect(await ran(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('the completion of bash knows commands, and the options of each', async () => {
  const { code, stdout } = await ran(['completion', 'bash']);
  expect(code).toBe(0);
  const completed = (...words: string[]) => {
    const given = words.map((word) => `'${word}'`).join(' ');
    const script = `${stdout}\nCOMP_WORDS=(${given}); COMP_CWORD=${words.length - 1}; _cdk8s_work_queue; echo "\${COMPREPLY[*]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim();
  };
  expect(completed('cdk8s-work-queue', 'w')).toBe('watch wait');
  expect(completed('cdk8s-work-queue', 'wait', 'RUN', '--t')).toBe('--timeout');
  expect(completed('cdk8s-work-queue', '--namespace', 'x', 'watch', '--j')).toBe('--json');
});

test('a shell that is not known is an error', async () => {
  const { code, stderr } = await ran(['completion', 'tcsh']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('Allowed choices are bash, zsh, fish')]);
});
