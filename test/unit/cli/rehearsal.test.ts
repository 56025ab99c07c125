import type { k8s } from 'cdk8s-plus-28';
import { Manifest } from '../../../cli/manifest/manifest';
import { containerEnvironment } from '../../../cli/rehearsal/environment';
import { expand } from '../../../cli/rehearsal/expansion';
import { actionFor } from '../../../cli/rehearsal/failure-policy';
import { Mounts } from '../../../cli/rehearsal/mounts';
import { requireRehearsable } from '../../../cli/rehearsal/rehearse';
import { EnvName } from '../../../lib/contract/environment';

describe('$(NAME)', () => {
  const environment = new Map([['FRUIT', 'fig']]);
  test.each([
    ['a $(FRUIT)!', 'a fig!'],
    ['$(FRUIT)$(FRUIT)', 'figfig'],
    ['$(NUT)', '$(NUT)'],
    ['$$(FRUIT)', '$(FRUIT)'],
    ['$$$(FRUIT)', '$fig'],
    ['$FRUIT costs 1 $', '$FRUIT costs 1 $'],
    ['$(FRUIT', '$(FRUIT'],
  ])('%s is %s, as Kubernetes has it', (written, expanded) => {
    expect(expand(written, environment)).toBe(expanded);
  });
});

describe('a mount path in a text', () => {
  const mounts = new Mounts([
    ['/data', '/tmp/a'],
    ['/data/inner/', '/tmp/b'],
  ]);
  test.each([
    ['/data', '/tmp/a'],
    ['/data/file', '/tmp/a/file'],
    ['/data/inner/file', '/tmp/b/file'],
    ['--out=/data/x:/data/inner', '--out=/tmp/a/x:/tmp/b'],
    ['/database', '/database'],
    ['/data.txt', '/data.txt'],
    ['/other/data', '/other/data'],
  ])('%s is %s on this machine', (written, translated) => {
    expect(mounts.translate(written)).toBe(translated);
  });

  test('is nothing special to a container without mounts', () => {
    expect(new Mounts([]).translate('/data')).toBe('/data');
  });
});

describe('a failed pod', () => {
  const policy: k8s.PodFailurePolicy = {
    rules: [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      {
        action: 'FailJob',
        onPodConditions: [],
        onExitCodes: { containerName: 'courier', operator: 'In', values: [20] },
      },
      { action: 'Ignore', onPodConditions: [], onExitCodes: { operator: 'NotIn', values: [1, 20] } },
    ],
  };
  const pod = (worker: number, courier: number) =>
    new Map([
      ['worker', { exitCode: worker, message: '' }],
      ['courier', { exitCode: courier, message: '' }],
    ]);
  test.each([
    ['fails the Job where the named container has the code', 20, 20, 'FailJob'],
    ['does not where only another container has it', 20, 0, 'Count'],
    ['is ignored where a container failed with another code', 137, 1, 'Ignore'],
    ['counts where no rule fits', 1, 1, 'Count'],
  ])('%s', (_, worker, courier, action) => {
    expect(actionFor(pod(worker, courier), policy)).toBe(action);
  });

  test('counts where there is no policy', () => {
    expect(actionFor(pod(20, 20), undefined)).toBe('Count');
  });
});

describe('a pod of an Indexed Job', () => {
  const environment = (env: k8s.EnvVar[]) =>
    containerEnvironment(
      { name: 'worker', env },
      {
        pod: { name: 'eat-7-abcde', job: 'eat', index: 7 },
        manifest: new Manifest([]),
        mounts: new Mounts([]),
        overrides: {},
        log: () => {},
      },
    );

  test('has its index as the variable that Kubernetes sets', () => {
    expect(environment([]).get(EnvName.COMPLETION_INDEX)).toBe('7');
  });

  test.each(['labels', 'annotations'])('has its index as one of its %s', (field) => {
    const fieldPath = `metadata.${field}['batch.kubernetes.io/job-completion-index']`;
    expect(environment([{ name: 'INDEX', valueFrom: { fieldRef: { fieldPath } } }]).get('INDEX')).toBe('7');
  });
});

test('a worker Job whose queue nobody fills cannot be rehearsed', () => {
  const courier = { name: 'courier', env: [{ name: 'QUEUE', value: 'fruits' }] };
  const spec = { template: { spec: { containers: [{ name: 'worker' }, courier] } } };
  const manifest = new Manifest([{ kind: 'Job', metadata: { name: 'eat' }, ...{ spec } }]);
  expect(() => requireRehearsable(manifest)).toThrow(
    'Job eat works on queue fruits, which no Job of the manifest fills',
  );
});
