import { App, Chart } from 'cdk8s';
import { Volume, type VolumeMount } from 'cdk8s-plus-28';
import { container, type Json, newChart, SynthesizedRun } from '../../../tools/synthesized-run';

/** A Job with one volume at these paths. */
function mounted(...mounts: (string | Partial<VolumeMount>)[]): SynthesizedRun {
  const chart = newChart();
  const volume = Volume.fromEmptyDir(chart, 'volume', 'volume');
  const volumeMounts = mounts.map((mount) => ({ volume, ...(typeof mount === 'string' ? { path: mount } : mount) }));
  return new SynthesizedRun({ worker: { volumeMounts: volumeMounts as VolumeMount[] } }, chart);
}

test.each([
  ['/data', '/data'],
  ['/data/', '/data'],
  ['/data//a/../b/', '/data/b'],
  ['/opt', '/opt'],
  ['/dev', '/dev'],
  ['/run/work-queue-2', '/run/work-queue-2'],
  ['/ä b', '/ä b'],
])('a volume at %s is mounted at %s', (path, there) => {
  const { volumeMounts } = container(mounted(path).workerJob(), 'worker');
  expect(volumeMounts.at(-1)).toEqual({ name: 'volume', mountPath: there });
});

test('below a volume of the user there may be another one', () => {
  const { volumeMounts } = container(mounted('/data', '/data/cache', '/data2').workerJob(), 'worker');
  expect(volumeMounts.slice(-3).map(({ mountPath }: Json) => mountPath)).toEqual(['/data', '/data/cache', '/data2']);
});

const OURS = /and \S+ is taken by this package or Kubernetes\. Use another path, such as "\/data"/;

test.each<[(string | Partial<VolumeMount>)[], RegExp]>([
  [['/run/work-queue'], /CoarseWorkerJob 'test\/eat': a volume is mounted at "\/run\/work-queue", and/],
  [['/run/work-queue'], OURS],
  [['/run/work-queue/'], OURS],
  [['/run//work-queue'], OURS],
  [['/data/../run/work-queue/x'], OURS],
  [['/opt/work-queue'], OURS],
  [['/opt/work-queue/programs/shim.sh'], OURS],
  [['/dev/termination-log'], OURS],
  [['/'], /at "\/", which would hide the whole image\. Mount it at a folder/],
  [
    [{ path: '/opt', readOnly: true }],
    /at "\/opt", read-only, and \/opt\/work-queue has to be made in it\. Mount it deeper/,
  ],
  [[{ path: '/run', readOnly: true }], /at "\/run", read-only/],
  [['/data', '/a', '/data'], /at "\/data", as is another one\. One volume would hide the other/],
  [['/data', '/data/'], /at "\/data\/", as is another one/],
  [[''], /at "", which is no absolute path\. Begin it with "\/"/],
  [['data'], /at "data", which is no absolute path/],
  [[{}], /at undefined, which is no absolute path/],
  [['/a:b'], /at "\/a:b", which must not have a ":" in Kubernetes/],
])('%j is an error', (mounts, message) => {
  expect(() => mounted(...mounts)).toThrow(message);
});

test('a volume that is mounted later is looked at when the app is synthesized', () => {
  const app = new App();
  const { chart, job } = new SynthesizedRun({}, new Chart(app, 'test'));
  const volume = Volume.fromEmptyDir(chart, 'volume', 'volume');
  job.worker.mount('/data', volume);
  expect(job.node.validate()).toEqual([]);
  job.worker.mount('/run/work-queue', volume);
  expect(() => app.synth()).toThrow(/CoarseWorkerJob 'test\/eat': a volume is mounted at "\/run\/work-queue"/);
});
