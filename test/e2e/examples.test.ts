import { useNamespace } from '../../tools/cluster/namespace';
import type { Json } from '../../tools/synthesized-run';
import { comparable, SHOWN, SHOWN_FILES, scan } from '../support/examples';
import { pikaFiles } from '../support/pika';
import { synthesizedApp } from '../support/synthesized';

describe('what we show', () => {
  const { namespace, test } = useNamespace();

  beforeAll(async () => {
    await namespace.apply([...volumeWithFiles(), pikaFiles()]);
    expect((await namespace.ended('fill')).outcome).toBe('Complete');
  });
  // Each has a broker of its own: one after the other they need no more of the cluster than one.
  afterEach(() => namespace.run('delete', 'statefulset', '--all'));

  for (const [app, jobs] of Object.entries(SHOWN)) {
    test(`${app} works on every item once and completes`, async () => {
      const objects = synthesizedApp(app);
      await namespace.apply(objects);
      for (const { name, completions, lines } of jobs) {
        const job = jobNamed(objects, name);
        const ended = await namespace.ended(job);
        expect([name, ended.outcome, ended.succeeded, ended.failed]).toEqual([name, 'Complete', completions, 0]);
        expect(comparable(await namespace.output(job))).toEqual(comparable(lines));
      }
    });
  }
});

/** The hash at the end of a Job's name is another one after each change of our programs. */
function jobNamed(objects: Json[], name: string): string {
  const pattern = new RegExp(`^${name}-[0-9a-f]{10}$`);
  return objects.find(({ kind, metadata }) => kind === 'Job' && pattern.test(metadata.name)).metadata.name;
}

/** The claim that examples/files.ts finds, and a Job that puts the files there. */
function volumeWithFiles(): Json[] {
  const files = SHOWN_FILES.map((path, n) => ({ key: `scan-${n}`, path }));
  const data = Object.fromEntries(files.map(({ key, path }) => [key, scan(path)]));
  // By their names: beside them a ConfigMap's folder has hidden ones.
  const copy =
    'cd /given && for file in */*.pgm; do mkdir -p "/data/$(dirname "$file")"; cp "$file" "/data/$file"; done';
  const pod = {
    restartPolicy: 'Never',
    // Some volumes belong to root unless the pod names a group.
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'fill',
        image: 'busybox:1.37',
        command: ['sh', '-e', '-c', copy],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [
          { name: 'given', mountPath: '/given' },
          { name: 'scans', mountPath: '/data' },
        ],
      },
    ],
    volumes: [
      { name: 'given', configMap: { name: 'scans', items: files } },
      { name: 'scans', persistentVolumeClaim: { claimName: 'scans' } },
    ],
  };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'scans' }, data },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'scans' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
    },
    { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'fill' }, spec: { template: { spec: pod } } },
  ];
}
