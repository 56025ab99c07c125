import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigMap, EnvValue, Volume } from 'cdk8s-plus-28';
import { type CoarseWorkerJobProps, Delivery, Program, WorkItems } from '../../lib';
import { ContainerName } from '../../lib/contract/containers';
import { ExitCode } from '../../lib/contract/exit-codes';
import { CAN_MAKE_FAULTS } from '../../tools/cluster/control';
import { useNamespace } from '../../tools/cluster/namespace';
import { bundle } from '../../tools/programs/bundle';
import { type Json, newChart, SynthesizedRun } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import { pikaFiles } from '../support/pika';
import { loadPythonImage, PYTHON_IMAGE } from './support/python-image';

const ROOT = join(__dirname, '..', '..');
const NUMBERS = ['12', '17', '28', '36', '97', '360', '496', '1001'];

const folder = mkdtempSync(join(tmpdir(), 'own-consumers-'));
const bundled = join(folder, 'consume.js');
writeFileSync(bundled, bundle("import './examples/consume.mts';", ROOT));
afterAll(() => rmSync(folder, { recursive: true }));

type Worker = Partial<CoarseWorkerJobProps>;

/** The examples, as workers of a chart. */
const PROGRAMS: Record<string, (chart: Json) => Worker> = {
  'examples/consume.py': (chart) => {
    const files = Volume.fromConfigMap(chart, 'Pika', ConfigMap.fromConfigMapName(chart, 'Files', 'pika'), {
      name: 'pika',
    });
    return {
      image: PYTHON_IMAGE,
      program: Program.script('examples/consume.py', { interpreter: ['python3'] }),
      envVariables: { PYTHONPATH: EnvValue.fromValue('/libraries/pika.whl') },
      volumeMounts: [{ path: '/libraries', volume: files, readOnly: true }],
    };
  },
  'examples/consume.mts': () => ({
    image: 'node:24-slim',
    program: Program.script(bundled, { interpreter: ['node'] }),
  }),
};

const descriptionOf = CAN_MAKE_FAULTS ? describe : describe.skip;

descriptionOf.each(Object.keys(PROGRAMS))('%s takes the items by itself', (name) => {
  const { namespace, test } = useNamespace();

  beforeAll(async () => {
    loadPythonImage();
    await namespace.apply([pikaFiles()]);
  });

  function runOf(runId: string, numbers: readonly string[], worker: Worker): SynthesizedRun {
    const chart = newChart();
    const way = { delivery: Delivery.none(), itemsPerPod: 3, parallelism: 2, ...PROGRAMS[name](chart), ...worker };
    return new SynthesizedRun({ items: WorkItems.list([...numbers]), seeder: { runId }, worker: way }, chart);
  }

  const numbersOf = async (run: SynthesizedRun) =>
    (await namespace.output(run.job.name)).flatMap((line) => /^(\d+) has the factors/.exec(line)?.[1] ?? []);

  const sorted = (numbers: readonly string[]) => numbers.map(Number).sort((a, b) => a - b);

  test('eight items come to three pods with itemsPerPod: 3, each once, and the Job is Complete', async () => {
    const run = runOf('three', NUMBERS, {});
    const said = await namespace.apply(run.objects());
    expect(said.filter((line) => !line.endsWith(' created'))).toEqual([]);
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 3, 0]);
    expect(sorted(await numbersOf(run))).toEqual(sorted(NUMBERS));
  });

  test('an item that fails is a dead letter, and the Job fails at once when all others are done', async () => {
    const run = runOf('bad', ['12', 'bad', '17'], {});
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.exitCode]).toEqual(['Failed: PodFailurePolicy', ExitCode.TOO_MANY_DEAD_LETTERS]);
  });

  test('the item of a pod that is deleted comes to another one, and the Job is Complete', async () => {
    // The pods of both programs take some seconds for the first one.
    const run = runOf('deleted', ['100000000', '12'], { itemsPerPod: 1, parallelism: 1 });
    await namespace.apply(run.objects());
    const pod = await until('a pod at work', async () => {
      const [first] = await namespace.podsOf(run.job.name);
      const isReady = first?.status.containerStatuses?.some(
        (status: Json) => status.name === ContainerName.WORKER && status.state.running,
      );
      return isReady && first.metadata.name;
    });
    await namespace.run('delete', 'pod', pod, '--wait=false');
    const ended = await namespace.ended(run.job.name, 400);
    expect([ended.outcome, ended.succeeded]).toEqual(['Complete', 2]);
  });
});
