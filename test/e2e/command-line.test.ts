import { ApiObject, JsonPatch } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { Program, Tls, WorkItems } from '../../lib';
import { lastWords, useNamespace } from '../../tools/cluster/namespace';
import { lastScreen } from '../../tools/command-line/last-screen';
import { type Json, newChart, SynthesizedRun, type SynthesizedRunProps } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import { Authority } from './support/authority';
import { Reader } from './support/reader';
import { ScreensFile } from './support/screens';

const ITEMS = ['apple', 'banana', 'cherry', 'date'];

/** The program writes two lines for each item, and fails on the one. */
const SHOUT = Program.command(
  'sh',
  '-c',
  'item=$(cat); echo "begin $item"; sleep 1; echo "end $item"; if [ "$item" = cherry ]; then echo "no cherries" >&2; exit 3; fi',
);

/** As large as the screens of the guide. */
const TERMINAL = { rows: 40, columns: 110 };

/** Each item takes a second or more, and one has no file. */
const RENDER = Program.command(
  'sh',
  '-c',
  'item=$(cat); sleep 1; case $item in *05.exr) sleep 6 ;; *06.exr) echo "no such file" >&2; exit 1 ;; esac',
);

/** The tests follow one another. */
describe('the command line, for a person with the Role of the guide', () => {
  const { namespace, test } = useNamespace();
  const reader = new Reader(namespace);
  const stranger = new Reader(namespace, 'stranger');
  const operator = new Reader(namespace, 'operator');
  beforeAll(async () => {
    await reader.create();
    await stranger.create();
    await operator.create();
  });
  afterAll(() => {
    reader.remove();
    stranger.remove();
    operator.remove();
  });

  function runOf(runId: string, { worker, ...props }: SynthesizedRunProps = {}): SynthesizedRun {
    const common = { program: SHOUT, parallelism: 2, itemsPerPod: 2, maxAttempts: 2 };
    return new SynthesizedRun({
      items: WorkItems.list(ITEMS),
      seeder: { runId },
      worker: { ...common, ...worker },
      ...props,
    });
  }

  test('says which right is missing to somebody without the Role', async () => {
    const { code, stderr } = await stranger.run('runs');
    expect([code, stderr]).toEqual([
      2,
      `User system:serviceaccount:${namespace.name}:stranger may not list jobs in namespace ${namespace.name}. ` +
        'Ask for a Role that grants it: docs/command-line.md#rights has work-queue-reader\n',
    ]);
  });

  test('says that a namespace has no runs', async () => {
    const run = runOf('failing');
    await reader.allow(...secretsOf(run.workerJob()));
    expect(await reader.run('runs')).toMatchObject({
      ...{ code: 2, stdout: '', stderr: expect.stringContaining(`Namespace ${namespace.name} has no runs`) },
    });
  });

  test('follows a run from its start to its verdict in a pipe, a line for each change', async () => {
    // One pod at a time: a Job that fails deletes the pods that still run, and their logs are wanted below.
    const run = runOf('failing', { worker: { parallelism: 1 } });
    await namespace.apply(run.objects());
    const { code, stdout } = await reader.run('watch', 'failing');
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(1);
    expect(lines.at(-1)).toMatch(
      /^failing: Failed: all 4 items settled: 3 done, 1 dead letter \(0 tolerated\): item 2 "cherry"/,
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^failing: item 2 "cherry": attempt 1 failed \(exit 3\) in pod /),
    );
    const counts = lines.filter((line) => line.includes(' of 4 done'));
    expect(new Set(counts).size).toBe(counts.length);
  });

  test('tells how the run ended, with the dead letters on standard error', async () => {
    const { code, stdout, stderr } = await reader.run('wait', 'failing', '--timeout', '1m');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('  item 2 "cherry" (exit 3: "no cherries")\n');
  });

  test('knows the state of each item', async () => {
    const { stdout } = await reader.run('status', 'failing', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ phase: 'Failed', countedBy: 'ledger', items: { total: 4, done: 3, dead: 1, atWork: 0, waiting: 0 } },
      deadLetters: [{ item: 2, description: '"cherry" (exit 3: "no cherries")' }],
    });
    expect((await reader.run('runs')).stdout).toMatch(/^failing +Failed +4 +3 +1 .* 2 Jobs, 6 queues$/m);
  });

  test('prints the log of an item, for just the attempt', async () => {
    expect(await reader.run('logs', 'failing', 'banana')).toMatchObject({
      ...{
        code: 0,
        stdout: 'begin banana\nend banana\n',
        stderr: expect.stringMatching(/^item 1, attempt 1: done after /),
      },
    });
    const first = await reader.run('logs', 'failing', '2', '--attempt', '1');
    expect(first.stdout.split('\n').sort()).toEqual(['', 'begin cherry', 'end cherry', 'no cherries']);
    expect(first.stderr).toMatch(/^item 2, attempt 1: failed \(exit 3\) after .* in pod test-eat-/);
  });

  test('dead retry on a run of 100 items with 7 dead letters: 7 done, 93 not run again, Complete', async () => {
    const bad = [3, 10, 25, 26, 50, 77, 99];
    const names = Array.from({ length: 100 }, (_, n) => (bad.includes(n) ? `bad-${n}` : `item-${n}`));
    // The items fail until there is a ConfigMap: a pod that starts later has the variable.
    const mended = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mended' }, data: { mended: 'yes' } };
    const script = 'item=$(cat); case $item in bad*) [ "$MENDED" = yes ] || exit 3 ;; esac';
    const run = new SynthesizedRun({
      items: WorkItems.list(names),
      seeder: { runId: 'hundred' },
      worker: { program: Program.command('sh', '-c', script), parallelism: 4, itemsPerPod: 10, maxAttempts: 1 },
    });
    const from = { configMapKeyRef: { name: 'mended', key: 'mended', optional: true } };
    const patch = JsonPatch.add('/spec/template/spec/containers/0/env/-', { name: 'MENDED', valueFrom: from });
    ApiObject.of(run.job).addJsonPatch(patch);
    await namespace.apply(run.objects());
    expect((await reader.run('wait', 'hundred', '--timeout', '10m')).code).toBe(1);
    const list = await reader.run('dead', 'list', 'hundred', '--json');
    expect([list.code, list.stderr]).toEqual([0, '']);
    const listed = list.stdout.trimEnd().split('\n');
    expect(listed.map((line) => JSON.parse(line).item)).toEqual(bad);
    expect(await reader.run('dead', 'retry', 'hundred', '--yes')).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('may not create jobs') },
    });

    await namespace.apply([mended]);
    await operator.allow(...secretsOf(run.workerJob()));
    await operator.allowChanges();
    const { code, stdout } = await operator.run('dead', 'retry', 'hundred', '--yes');
    expect([code, stdout]).toEqual([0, `Job ${run.job.name}-r1 with 1 completion works on 7 items of run hundred\n`]);
    expect(await reader.run('wait', 'hundred', '--timeout', '10m')).toMatchObject({
      ...{ code: 0, stdout: 'Complete: 100 of 100 items done\n' },
    });
    const [pod] = await namespace.podsOf(`${run.job.name}-r1`);
    expect(lastWords(pod, 'courier')).toMatch(/^all 100 items settled: 100 done; this pod: 7 items done/);
  });

  test('names the nearest runs for one that does not exist', async () => {
    const { code, stderr } = await reader.run('wait', 'failign');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Names that are like it: failing, ')]);
  });

  test('goes on when the pod of the broker is deleted, and ends with 0', async () => {
    const run = runOf('slow', { worker: { program: Program.command('sh', '-c', 'cat; sleep 20') } });
    await namespace.apply(run.objects());
    const watch = reader.start('watch', 'slow');
    await until('items at work', () => watch.stdout.includes('2 at work'));
    const [broker] = await namespace.list('statefulsets');
    await namespace.run('delete', 'pod', `${broker.metadata.name}-0`, '--wait=false');
    expect(await watch.exit).toBe(0);
    expect(watch.stdout.trimEnd().split('\n').at(-1)).toBe('slow: Complete: 4 of 4 items done');
  });

  test('says why pods are stuck', async () => {
    const run = runOf('stuck', { worker: { image: 'registry.invalid/nothing:1' } });
    await namespace.apply(run.objects());
    const stuck = await until('a pod that is stuck', async () => {
      const { stdout } = await reader.run('status', 'stuck', '--json');
      const { stuckPods } = JSON.parse(stdout);
      return stuckPods.length > 0 && stuckPods;
    });
    expect(stuck[0].reason).toMatch(
      /^(ErrImagePull|ImagePullBackOff): image registry\.invalid\/nothing:1 of container worker: /,
    );
    expect(await reader.run('wait', 'stuck', '--timeout', '2s')).toMatchObject({
      ...{ code: 124, stderr: expect.stringMatching(/^Run stuck is not over after 2 s: (Seeding|Running), /m) },
    });
    await namespace.run('delete', 'job', run.job.name);
  });

  test('verifies a run, item by item, with the image that the nodes have pulled', async () => {
    const failing = await reader.run('verify', 'failing');
    expect([failing.code, failing.stderr]).toEqual([1, '1 dead letter, 0 tolerated\n']);
    expect(JSON.parse(failing.stdout)).toMatchObject({
      ...{ verified: false, list: { items: 4, isThatOfSynth: true } },
      counts: { total: 4, done: 3, dead: 1, missing: 0 },
      dead: [{ item: 2, description: '"cherry" (exit 3: "no cherries")' }],
      findings: [{ kind: 'too-many-dead' }],
    });
    const slow = await reader.run('verify', 'slow');
    expect([slow.code, slow.stderr]).toEqual([0, '']);
    const { workers, counts } = JSON.parse(slow.stdout);
    expect(counts).toMatchObject({ total: 4, done: 4, dead: 0, missing: 0 });
    expect(workers).toMatchObject([
      {
        outcome: 'Complete',
        imageIds: [expect.stringContaining('sha256:')],
        command: ['sh', '-c', 'cat; sleep 20'],
        done: 4,
      },
    ]);
  });

  test('deletes nothing for a person who may only read', async () => {
    const { code, stderr } = await reader.run('clean', 'slow', '--yes');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`may not delete jobs in namespace ${namespace.name}. `),
    ]);
    expect(stderr).toContain('docs/command-line.md#rights has work-queue-operator');
    expect((await reader.run('runs')).stdout).toMatch(/^slow +Complete .* 2 Jobs, 6 queues$/m);
  });

  test('deletes a run that is over, and leaves the ConfigMaps that other runs share', async () => {
    const { code, stdout, stderr } = await operator.run('clean', 'slow', '--yes');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Run slow is deleted\n');
    expect(stdout).not.toContain('ConfigMaps:');
    expect((await reader.run('runs')).stdout).not.toMatch(/^slow /m);
    expect((await reader.run('verify', 'failing')).code).toBe(1);
  });

  test('stops a run that goes on, and deletes it, with --force only', async () => {
    const run = runOf('endless', { worker: { program: Program.command('sh', '-c', 'cat; exec sleep 1000') } });
    await namespace.apply(run.objects());
    await until('items at work', async () => {
      const { stdout } = await reader.run('status', 'endless', '--json');
      return JSON.parse(stdout).items.atWork === 2;
    });
    const refused = await operator.run('clean', 'endless', '--yes');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`Job ${run.job.name} has not ended. `)]);
    expect(await operator.run('clean', 'endless', '--yes', '--force')).toMatchObject({ code: 0, stderr: '' });
    const jobs = (await namespace.list('jobs')).map(({ metadata }) => metadata.name);
    expect(jobs).not.toContain(run.job.name);
    expect(jobs).not.toContain(run.queue.name);
  });

  test('redraws a run on a terminal, with bar, items at work, failures, dead letters and stuck pods, until Ctrl-C', async () => {
    const screens = new ScreensFile();
    const names = Array.from({ length: 40 }, (_, n) => `frame-${String(n).padStart(3, '0')}.exr`);
    const common = { program: RENDER, parallelism: 3, itemsPerPod: 5, maxAttempts: 2 };
    const frames = runOf('frames', { items: WorkItems.list(names), worker: common });
    const previews = runOf('previews', { worker: { ...common, image: 'registry.invalid/preview:2' } });
    await namespace.apply(frames.objects());
    await namespace.apply(previews.objects());

    /** Watches until a screen shows all of that, and then presses Ctrl-C. */
    const watched = async (command: string, ...parts: (string | RegExp)[]): Promise<string> => {
      const watch = reader.startOnTerminal(command.split(' '), TERMINAL);
      const shown = await until(`a screen of ${command}`, () => {
        const screen = lastScreen(watch.stdout);
        const isThere = (part: string | RegExp) =>
          typeof part === 'string' ? screen.includes(part) : part.test(screen);
        return parts.every(isThere) && screen;
      }).catch((late) => {
        watch.kill('SIGKILL');
        throw new Error(`${late}:\n${lastScreen(watch.stdout)}`);
      });
      watch.type('\u0003');
      expect(await watch.exit).toBe(130);
      expect(watch.stdout.endsWith('\u001b[?25h')).toBe(true);
      screens.add(command, shown);
      return shown;
    };
    const screen = await watched(
      'watch frames',
      ...['At work, the slowest first', 'Last failures', 'Dead letters', / left$/m],
    );
    expect(screen).toMatch(/^frames {2}Running {2}for /);
    expect(screen).toMatch(/^█+x▒+·* \d+ of 40 done, \d at work, \d+ waiting, 1 dead$/m);
    expect(screen).toMatch(/^At work, the slowest first\n( {2}item \d+ "frame-\d+\.exr" .* attempt \d .*\n)+/m);
    expect(screen).toMatch(/^Last failures\n {2}item 6 "frame-006\.exr" .* exit 1 .*\n {4}no such file\n/m);
    expect(screen).toMatch(/^Dead letters\n {2}item 6 "frame-006\.exr" \(exit 1: "no such file"\)$/m);
    await watched('watch', /^frames .*█/m, /^previews .*·/m);
    for (const command of ['runs', 'dead list frames']) {
      const { code, stdout } = await reader.run(...command.split(' '));
      expect(code).toBe(0);
      screens.add(command, stdout);
    }
    const stuck = await watched('watch previews', 'Stuck pods');
    expect(stuck).toMatch(/ image registry\.invalid\/preview:2 of container worker: /);
    expect((await reader.run('wait', 'frames', '--timeout', '5m')).code).toBe(1);
    expect(await operator.run('clean', 'previews', '--force', '--yes')).toMatchObject({ code: 0, stderr: '' });
  });

  test('deletes all runs that are over, and tells which are not settled', async () => {
    const { code, stdout, stderr } = await operator.run('clean', '--finished', '--yes');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Run failing is deleted\n')]);
    expect(stderr).toMatch(/^Run stuck \(NoWorker\) is not deleted: 4 of its 4 items have no record\. .*\n$/);
    expect(await operator.run('clean', 'stuck', '--force', '--yes')).toMatchObject({ code: 0, stderr: '' });
    const { stderr: none } = await reader.run('runs');
    expect(none).toContain(`Namespace ${namespace.name} has no runs`);
  });
});

describe('the command line, for a broker over TLS with a private authority', () => {
  const { namespace, test } = useNamespace();
  const reader = new Reader(namespace);
  const authority = new Authority();
  const chart = newChart();
  const tls = Tls.fromSecret(Secret.fromSecretName(chart, 'Certificate', 'certificate'));
  const run = new SynthesizedRun({ broker: { tls }, items: WorkItems.list(ITEMS), worker: { parallelism: 2 } }, chart);
  beforeAll(async () => {
    await reader.create();
    const stringData = authority.certify(run.broker.connection.serverName ?? '');
    await namespace.apply([{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'certificate' }, stringData }]);
    await reader.allow(...secretsOf(run.workerJob()));
  });
  afterAll(() => {
    reader.remove();
    authority.remove();
  });

  test('verifies the certificate as the pods do', async () => {
    await namespace.apply(run.objects());
    const { code, stdout, stderr } = await reader.run('wait', run.queue.queueName);
    expect([code, stdout, stderr]).toEqual([0, 'Complete: 4 of 4 items done\n', '']);
  });
});

/** The Secrets that the pods of a Job use for the broker. */
function secretsOf(job: Json): string[] {
  const volumes: Json[] = job.spec.template.spec.volumes;
  return volumes.map(({ secret }) => secret?.secretName).filter((name) => name !== undefined);
}
