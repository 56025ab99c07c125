import { PersistentVolumeClaim, Volume } from 'cdk8s-plus-28';
import { Program, WorkItems } from '../../lib';
import { useNamespace } from '../../tools/cluster/namespace';
import { container, type Json, newChart, SynthesizedRun } from '../../tools/synthesized-run';
import { SHOWN_FILES } from '../support/examples';
import { synthesizedApp } from '../support/synthesized';

const CLAIM = 'scans';
const MEBIBYTES = 8;

/** The files are made in the cluster, so that nothing but the volume can have them. */
describe('files on a volume that all pods share', () => {
  const { namespace, test } = useNamespace();
  let checksums: string[];

  beforeAll(async () => {
    await namespace.apply(filledVolume());
    expect((await namespace.ended('fill')).outcome).toBe('Complete');
    const [pod] = await namespace.podsOf('fill');
    const lines = (await namespace.log(pod.metadata.name, 'fill')).trim().split('\n');
    checksums = lines.map((line) => line.replace('  ', '  /data/')).sort();
    expect(checksums).toHaveLength(SHOWN_FILES.length);
    expect(new Set(checksums.map((line) => line.split(' ')[0])).size).toBe(SHOWN_FILES.length);
  });
  afterEach(() => namespace.run('delete', 'statefulset', '--all'));

  test('are read by examples/files.ts, unchanged and each once, over a volume that is read-only in each pod', async () => {
    const objects = synthesizedApp('examples/files.ts');
    await namespace.apply(objects);
    const job = workerJob(objects);
    const ended = await namespace.ended(job);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', SHOWN_FILES.length, 0]);
    expect((await namespace.output(job)).sort()).toEqual(checksums);

    for (const pod of await namespace.podsOf(job)) {
      const { volumeMounts } = container({ spec: { template: pod } }, 'worker');
      const mount = volumeMounts.find(({ mountPath }: Json) => mountPath === '/data');
      expect(mount.readOnly).toBe(true);
      const volume = pod.spec.volumes.find(({ name }: Json) => name === mount.name);
      expect(volume.persistentVolumeClaim).toEqual({ claimName: CLAIM, readOnly: true });
    }
  });

  test('cannot be changed by a program', async () => {
    const chart = newChart();
    const claim = PersistentVolumeClaim.fromClaimName(chart, 'claim', CLAIM);
    const volume = Volume.fromPersistentVolumeClaim(chart, 'volume', claim, { name: CLAIM, readOnly: true });
    const script = 'if touch "$1.new"; then exit 3; fi; sha256sum "$1"';
    const program = Program.command('sh', '-c', script, 'sh', `/data/${Program.ITEM}`);
    const worker = { program, volumeMounts: [{ path: '/data', volume, readOnly: true }], itemsPerPod: 2 };
    const run = new SynthesizedRun({ items: WorkItems.list(SHOWN_FILES), worker }, chart);
    await namespace.apply(run.objects());
    expect((await namespace.ended(run.job.name)).outcome).toBe('Complete');
    const lines = (await namespace.output(run.job.name)).sort();
    expect(lines.filter((line) => !line.startsWith('touch: '))).toEqual(checksums);
    const refused = lines.filter((line) => line.startsWith('touch: '));
    expect(refused).toEqual(Array(SHOWN_FILES.length).fill(expect.stringContaining('Read-only file system')));
  });
});

function workerJob(objects: Json[]): string {
  return objects.find(({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('files-checksum-')).metadata
    .name;
}

/** A claim of the default class, and a Job that fills its volume and says what the files are. */
function filledVolume(): Json[] {
  const make = `mkdir -p "$(dirname "$file")"; dd if=/dev/urandom of="$file" bs=1M count=${MEBIBYTES} 2>/dev/null`;
  const pod = {
    restartPolicy: 'Never',
    // Some volumes belong to root unless the pod names a group.
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'fill',
        image: 'busybox:1.37',
        command: ['sh', '-e', '-c', `cd /data; for file; do ${make}; done; sha256sum "$@"`, 'sh', ...SHOWN_FILES],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [{ name: 'scans', mountPath: '/data' }],
      },
    ],
    volumes: [{ name: 'scans', persistentVolumeClaim: { claimName: CLAIM } }],
  };
  const storage = `${4 * SHOWN_FILES.length * MEBIBYTES}Mi`;
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: CLAIM },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    },
    { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'fill' }, spec: { template: { spec: pod } } },
  ];
}
