import { App, Chart } from 'cdk8s';
import { Volume, type VolumeMount } from 'cdk8s-plus-28';
import { MountPath } from '../../../lib/contract/mount-paths';
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
  [`${MountPath.SHARED_VOLUME}-2`, `${MountPath.SHARED_VOLUME}-2`],
  ['/ä b', '/ä b'],
])('a volume at %s is mounted at %s', (path, mountPath) => {
  const { volumeMounts } = container(mounted(path).workerJob(), 'worker');
  expect(volumeMounts.at(-1)).toEqual({ name: 'volume', mountPath });
});

test('a volume may be mounted below another one', () => {
  const { volumeMounts } = container(mounted('/data', '/data/cache', '/data2').workerJob(), 'worker');
  expect(volumeMounts.slice(-3).map(({ mountPath }: Json) => mountPath)).toEqual(['/data', '/data/cache', '/data2']);
});

const RESERVED = /but this package or Kubernetes uses \S+\. Use another path, such as "\/data"/;

test.each<[(string | Partial<VolumeMount>)[], RegExp]>([
  [['/run/work-queue'], /CoarseWorkerJob 'test\/eat': a volume is mounted at "\/run\/work-queue", but/],
  [['/run/work-queue'], RESERVED],
  [['/run/work-queue/'], RESERVED],
  [['/run//work-queue'], RESERVED],
  [['/data/../run/work-queue/x'], RESERVED],
  [['/opt/work-queue'], RESERVED],
  [['/opt/work-queue/programs/shim.sh'], RESERVED],
  [['/dev/termination-log'], RESERVED],
  [['/'], /at "\/", which would hide the whole image\. Mount it at a folder/],
  [
    [{ path: '/opt', readOnly: true }],
    /at "\/opt", read-only, but \/opt\/work-queue must be created in it\. Mount the volume at a deeper/,
  ],
  [[{ path: '/run', readOnly: true }], /at "\/run", read-only/],
  [['/data', '/a', '/data'], /at "\/data", where another volume is mounted, and one would hide the other\. Give each/],
  [['/data', '/data/'], /at "\/data\/", where another volume is mounted/],
  [[''], /at "", which is not an absolute path\. Begin the path with "\/"/],
  [['data'], /at "data", which is not an absolute path/],
  [[{}], /volumeMounts\[0\]\.path is undefined; it must be a string/],
  [['/a:b'], /at "\/a:b", but Kubernetes does not allow ":" in a path/],
])('mounting at the literal paths %j is an error', (mounts, message) => {
  expect(() => mounted(...mounts)).toThrow(message);
});

test('a volume that is mounted after the constructor is checked at synth', () => {
  const app = new App();
  const { chart, job } = new SynthesizedRun({}, new Chart(app, 'test'));
  const volume = Volume.fromEmptyDir(chart, 'volume', 'volume');
  job.worker.mount('/data', volume);
  expect(job.node.validate()).toEqual([]);
  job.worker.mount(MountPath.SHARED_VOLUME, volume);
  expect(() => app.synth()).toThrow(/CoarseWorkerJob 'test\/eat': a volume is mounted at "\/run\/work-queue"/);
});
