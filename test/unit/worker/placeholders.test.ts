import { App, Chart, Duration, Size } from 'cdk8s';
import { ConfigMap, Env, EnvValue, Volume, type VolumeMount } from 'cdk8s-plus-28';
import { type CoarseWorkerJobProps, Program, WorkItems } from '../../../lib/index';
import { newChart, SynthesizedPoolRun, SynthesizedRun } from '../../../tools/synthesized-run';

const FIELD = Program.field('lr');

/** What a Job with a volume at a path of the user's renders. */
function mounted(mount: Partial<VolumeMount>): Partial<CoarseWorkerJobProps> {
  const volume = Volume.fromEmptyDir(newChart(), 'volume', 'volume', { sizeLimit: Size.mebibytes(1) });
  return { volumeMounts: [{ path: '/data', volume, ...mount }] };
}

const onNode = (path: string) => Volume.fromHostPath(newChart(), 'data', 'data', { path });
const settings = () => ConfigMap.fromConfigMapName(newChart(), 'settings', 'settings');

test.each<[string, Partial<CoarseWorkerJobProps>, string]>([
  ['workingDir', { workingDir: `/data/${Program.ITEM}` }, 'spec.containers.worker.workingDir'],
  [
    'the path of a mount',
    mounted({ path: `/data/${Program.ITEM}` }),
    'spec.containers.worker.volumeMounts.volume.mountPath',
  ],
  ['`subPath`', mounted({ subPath: Program.ITEM }), 'spec.containers.worker.volumeMounts.volume.subPath'],
  ['`subPathExpr`', mounted({ subPathExpr: Program.ITEM }), 'spec.containers.worker.volumeMounts.volume.subPathExpr'],
  ['a path on the node', { volumes: [onNode(`/data/${Program.ITEM}`)] }, 'spec.volumes.data.hostPath.path'],
  [
    'the prefix of `envFrom`',
    { envFrom: [Env.fromConfigMap(settings(), Program.ITEM)] },
    'spec.containers.worker.envFrom.0.prefix',
  ],
  ['a host alias', { hostAliases: [{ ip: '10.0.0.1', hostnames: [Program.ITEM] }] }, 'spec.hostAliases.0.hostnames.0'],
  ['a DNS server', { dns: { nameservers: [Program.ITEM] } }, 'spec.dnsConfig.nameservers.0'],
])('Program.ITEM in %s is an error, because the pods would have the placeholder itself', (_what, worker, path) => {
  expect(() => new SynthesizedRun({ worker })).toThrow(
    new RegExp(
      `^CoarseWorkerJob 'test/eat': ${path} of its pods is "[^"]*@WORK_ITEM@", but Program\\.ITEM has a meaning only in the program's arguments and in the values of envVariables\\. Pass it to the program in one of these\\.$`,
    ),
  );
});

test('the error names the field that Program.field stands for, and the class of the Job', () => {
  const items = WorkItems.product({ lr: [1] });
  expect(() => new SynthesizedPoolRun({ items, worker: { workingDir: FIELD } })).toThrow(
    'WorkerPool \'test/eat\': spec.containers.worker.workingDir of its pods is "@WORK_ITEM:lr@", but Program.field("lr") has',
  );
});

test('Program.ITEM in an annotation of the pods, or in what is added after the constructor, is an error at synth', () => {
  const errorOf = (change: (run: SynthesizedRun) => void) => () => {
    const app = new App();
    change(new SynthesizedRun({}, new Chart(app, 'test')));
    app.synth();
  };
  expect(errorOf(({ job }) => job.podMetadata.addAnnotation('note', Program.ITEM))).toThrow(
    /CoarseWorkerJob 'test\/eat': metadata\.annotations\.note of its pods is "@WORK_ITEM@"/,
  );
  const volume = Volume.fromEmptyDir(newChart(), 'volume', 'volume');
  expect(errorOf(({ job }) => job.worker.mount(`/data/${Program.ITEM}`, volume))).toThrow(
    /CoarseWorkerJob 'test\/eat': spec\.containers\.worker\.volumeMounts\.volume\.mountPath of its pods is/,
  );
  expect(errorOf(() => {})).not.toThrow();
});

test('Program.ITEM and Program.field are accepted in arguments and in the values of variables', () => {
  const app = new App();
  const items = WorkItems.product({ lr: [1] });
  const program = Program.command('train', Program.ITEM, `--lr=${FIELD}`);
  const envVariables = { LR: EnvValue.fromValue(FIELD), ITEM: EnvValue.fromValue(Program.ITEM) };
  const run = new SynthesizedRun({ items, worker: { program, envVariables } }, new Chart(app, 'test'));
  expect(run.job.node.validate()).toEqual([]);
});

test('a Job whose placeholders are checked does not fix the name of its queue', () => {
  const { queue } = new SynthesizedRun();
  expect(() => queue.attachWorker({ holdItems: Duration.days(100) })).not.toThrow();
});
