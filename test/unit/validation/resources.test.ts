import { Size } from 'cdk8s';
import { type ContainerResources, Cpu } from 'cdk8s-plus-28';
import { ContainerName } from '../../../lib/contract/containers';
import { container, type Json, podSpecs, SynthesizedRun } from '../../../tools/synthesized-run';
import { brokerOf } from '../../support/broker-of';

const { gibibytes, mebibytes } = Size;

test.each<[string, ContainerResources]>([
  ['empty', {}],
  ['requests without limits', { cpu: { request: Cpu.units(4) }, memory: { request: gibibytes(9) } }],
  ['limits without requests', { cpu: { limit: Cpu.units(0.5) }, ephemeralStorage: { limit: gibibytes(9) } }],
  ['a request equal to its limit', { cpu: { request: Cpu.millis(1500), limit: Cpu.units(1.5) } }],
  ['a request equal to its limit in another unit', { memory: { request: mebibytes(1024), limit: gibibytes(1) } }],
  ['ephemeral storage below 1 GiB', { ephemeralStorage: { request: mebibytes(64), limit: mebibytes(512) } }],
  ['a request of 0', { cpu: { request: Cpu.units(0) } }],
])('resources may be %s', (_, resources) => {
  expect(
    () => new SynthesizedRun({ worker: { resources }, seeder: { resources }, broker: { resources } }),
  ).not.toThrow();
});

test.each<[ContainerResources, RegExp]>([
  [
    { cpu: { request: Cpu.units(1), limit: Cpu.millis(500) } },
    /: resources\.cpu\.request is 1; it must not exceed the limit, 500m\. Lower the request, or raise the limit/,
  ],
  [{ cpu: { request: Cpu.millis(1001), limit: Cpu.units(1) } }, /resources\.cpu\.request is 1001m/],
  [
    { memory: { request: gibibytes(2), limit: mebibytes(512) } },
    /resources\.memory\.request is 2Gi; it must not exceed the limit, 512Mi/,
  ],
  [{ ephemeralStorage: { request: gibibytes(2), limit: gibibytes(1) } }, /resources\.ephemeralStorage\.request is 2Gi/],
  [
    { ephemeralStorage: { request: gibibytes(1), limit: mebibytes(512) } },
    /: resources\.ephemeralStorage\.request is 1Gi; it must not exceed the limit, 512Mi\. Lower the request, or raise/,
  ],
  [
    { cpu: { request: Cpu.millis(-1) } },
    /resources\.cpu\.request is -1m; it must be a number that is not below 0\. Leave it/,
  ],
  [{ cpu: { limit: Cpu.units(Number.NaN) } }, /resources\.cpu\.limit is NaN/],
  [{ cpu: { limit: Cpu.units(Number.POSITIVE_INFINITY) } }, /resources\.cpu\.limit is Infinity/],
  [{ memory: { request: mebibytes(Number.NaN) } }, /resources\.memory\.request is NaNMi/],
])('the resources %j are an error for worker, seeder and broker', (resources, message) => {
  for (const component of ['worker', 'seeder', 'broker'])
    expect(() => new SynthesizedRun({ [component]: { resources } })).toThrow(message);
});

/** Sizes that are not whole numbers of the units in which cdk8s-plus writes them. */
const FINE: [ContainerResources, Json][] = [
  [
    { ephemeralStorage: { request: mebibytes(64), limit: mebibytes(512) } },
    { requests: { 'ephemeral-storage': '64Mi' }, limits: { 'ephemeral-storage': '512Mi' } },
  ],
  [
    { memory: { request: Size.kibibytes(65_537), limit: gibibytes(1.5) } },
    { requests: { memory: '65537Ki' }, limits: { memory: '1536Mi' } },
  ],
  [{ ephemeralStorage: { limit: Size.kibibytes(1) } }, { limits: { 'ephemeral-storage': '1Ki' } }],
  [{ ephemeralStorage: { limit: gibibytes(1.1) } }, { limits: { 'ephemeral-storage': '1181116007' } }],
];

test.each(FINE)('the sizes %j are exact in every container', (resources, rendered) => {
  const run = new SynthesizedRun({
    worker: { resources, courierResources: resources },
    seeder: { resources },
    broker: { resources, initResources: resources, credentialsResources: resources },
  });
  const containers = podSpecs(run.objects()).flatMap(({ initContainers = [], containers }) => [
    ...initContainers,
    ...containers,
  ]);
  expect(containers).toHaveLength(6);
  for (const container of containers) expect(container.resources).toEqual(rendered);
});

describe('the containers of this package', () => {
  test('no container has ephemeral storage by default: a limit of one limits its whole pod', () => {
    expect(JSON.stringify(podSpecs(new SynthesizedRun().objects()))).not.toContain('ephemeral-storage');
  });

  const resources = { cpu: { request: Cpu.millis(20), limit: Cpu.millis(500) }, memory: { limit: mebibytes(128) } };
  const rendered = { requests: { cpu: '20m' }, limits: { cpu: '500m', memory: '128Mi' } };
  const wrong = { cpu: { request: Cpu.units(2), limit: Cpu.units(1) } };

  test('`courierResources` become those of the courier, for example a CPU limit that a quota requires', () => {
    const run = new SynthesizedRun({ worker: { courierResources: resources } });
    expect(container(run.workerJob(), ContainerName.COURIER).resources).toEqual(rendered);
    expect(() => new SynthesizedRun({ worker: { courierResources: wrong } })).toThrow(
      /courierResources\.cpu\.request is 2; it must not exceed the limit, 1\./,
    );
  });

  test('`initResources` and `credentialsResources` become those of the init container and the credentials Job', () => {
    const { one, pod } = brokerOf({ initResources: resources });
    expect(pod.initContainers[0].resources).toEqual(rendered);
    expect(container(one('Job')[0], ContainerName.CREDENTIALS).resources).not.toEqual(rendered);
    const other = brokerOf({ credentialsResources: resources });
    expect(container(other.one('Job')[0], ContainerName.CREDENTIALS).resources).toEqual(rendered);
    expect(() => brokerOf({ initResources: wrong })).toThrow(/initResources\.cpu\.request is 2/);
    expect(() => brokerOf({ credentialsResources: wrong })).toThrow(/credentialsResources\.cpu\.request is 2/);
  });
});
