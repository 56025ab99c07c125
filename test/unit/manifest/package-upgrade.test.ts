import { ContainerName } from '../../../lib/contract/containers';
import { type RabbitMQProps, Tls } from '../../../lib/index';
import { stableProgramsVolume } from '../../../lib/manifest/program-container';
import { type Json, newChart, SynthesizedPoolRun, SynthesizedRun } from '../../../tools/synthesized-run';
import { PROGRAMS, withOtherPrograms } from '../../support/other-programs';

const HASH = /[0-9a-f]{10}$/;

const named = ({ kind, metadata }: Json) => `${kind} ${metadata.name}`;

/** The objects of a run as two versions of the package render them: those that are not in both, without their hashes. */
function upgraded(programs: readonly string[], broker: RabbitMQProps = {}) {
  const before = new SynthesizedRun({ broker });
  const after = withOtherPrograms(programs, () => new SynthesizedRun({ broker }));
  const old = new Map(before.objects().map((object) => [named(object), object]));
  const objects = after.objects();
  const created = objects.filter((object) => !old.has(named(object)));
  const changed = objects.filter((object) => {
    const same = old.get(named(object));
    return same && JSON.stringify(same) !== JSON.stringify(object);
  });
  const names = (list: Json[]) => list.map((object) => named(object).replace(HASH, '#')).sort();
  return { before, after, created: names(created), changed: names(changed) };
}

const BROKER_INIT = 'ConfigMap test-broker-init-#';

const VARIANTS: [string, RabbitMQProps][] = [
  ['one node', {}],
  ['three nodes', { replicas: 3 }],
  ['all options', { replicas: 5, tls: Tls.certManager({ name: 'ca' }), plaintext: true, metrics: true }],
];

describe.each(VARIANTS)('an upgrade of this package, with a broker of %s', (_what, broker) => {
  const { before, after, created, changed } = upgraded(PROGRAMS, broker);

  test('leaves the StatefulSet of the broker as it is, although all programs have changed', () => {
    expect(after.statefulSet()).toEqual(before.statefulSet());
  });

  test('changes only the ConfigMap of `broker-init`, which nodes read when they start', () => {
    expect(changed).toEqual([BROKER_INIT]);
  });

  test('creates new Jobs and the ConfigMaps of their programs, and nothing else', () => {
    expect(created).toEqual([
      'ConfigMap test-courier-#',
      'ConfigMap test-credentials-#',
      'ConfigMap test-seeder-#',
      'Job test-eat-#',
      'Job test-fruits-#',
      'Job test-rabbitmq-credentials-job-#',
    ]);
  });

  test('leaves the name of the queue as it is, so the new Jobs find that the run is settled', () => {
    expect(after.queue.queueName).toBe(before.queue.queueName);
  });

  test('changes nothing in the pods of Jobs except the name of the ConfigMap with the programs', () => {
    const jobs = (run: SynthesizedRun) => run.objects().filter(({ kind }) => kind === 'Job');
    const withoutPrograms = ({ spec }: Json) => {
      const [programs] = spec.template.spec.volumes.filter(({ name }: Json) => name === 'work-queue-programs');
      return JSON.stringify(spec).replaceAll(programs.configMap.name, programs.configMap.name.replace(HASH, '#'));
    };
    expect(jobs(after).map(withoutPrograms)).toEqual(jobs(before).map(withoutPrograms));
  });
});

test.each([
  ['broker-init.js', [], [BROKER_INIT]],
  ['courier.js', ['ConfigMap test-courier-#', 'Job test-eat-#'], []],
  ['shim.sh', ['ConfigMap test-courier-#', 'Job test-eat-#'], []],
  ['runner.sh', ['ConfigMap test-courier-#', 'Job test-eat-#'], []],
  ['seeder.js', ['ConfigMap test-seeder-#', 'Job test-fruits-#'], []],
  ['credentials.js', ['ConfigMap test-credentials-#', 'Job test-rabbitmq-credentials-job-#'], []],
])('another text of %s creates %j and changes %j', (program, created, changed) => {
  expect(upgraded([program])).toMatchObject({ created, changed });
});

test('an upgrade gives a pool another Job too, on the same queue', () => {
  const [before, after] = [new SynthesizedPoolRun(), withOtherPrograms(['courier.js'], () => new SynthesizedPoolRun())];
  expect(after.job.name).not.toBe(before.job.name);
  expect(after.queue.queueName).toBe(before.queue.queueName);
});

/** If this name changes, every finished run begins again after an upgrade. */
test('the name of a queue is the one that earlier versions of this package have given it', () => {
  expect(new SynthesizedRun().queue.queueName).toBe('test-fruits-619e3d2cee');
});

describe('the ConfigMap of `broker-init`', () => {
  const nameOf = (passed: unknown) => {
    const chart = newChart();
    stableProgramsVolume(chart, 'broker-init', passed);
    return chart.toJson().find(({ kind }: Json) => kind === 'ConfigMap').metadata.name;
  };

  test('is the one that the init container of the broker mounts, and may change', () => {
    const run = new SynthesizedRun();
    const { initContainers, volumes } = run.statefulSet().spec.template.spec;
    const [init] = initContainers.filter(({ name }: Json) => name === ContainerName.BROKER_INIT);
    const { configMap } = volumes.find(({ name }: Json) => name === init.volumeMounts[0].name);
    const { data, binaryData, immutable } = run.named('ConfigMap', configMap.name);
    expect(Object.keys({ ...data, ...binaryData })).toEqual(['broker-init.js']);
    expect(immutable).toBeUndefined();
  });

  test('gets another name if the pods pass something else to the program, so older pods keep the one that they know', () => {
    expect(nameOf({ A: '1' })).toBe(nameOf({ A: '1' }));
    expect(nameOf({ A: '2' })).not.toBe(nameOf({ A: '1' }));
  });
});
