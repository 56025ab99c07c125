import { Size } from 'cdk8s';
import { type ContainerResources, Cpu } from 'cdk8s-plus-28';
import { SynthesizedRun } from '../../../tools/synthesized-run';

const { gibibytes, mebibytes } = Size;

test.each<[string, ContainerResources]>([
  ['nothing', {}],
  ['requests alone', { cpu: { request: Cpu.units(4) }, memory: { request: gibibytes(9) } }],
  ['limits alone', { cpu: { limit: Cpu.units(0.5) }, ephemeralStorage: { limit: gibibytes(9) } }],
  ['as much as is allowed', { cpu: { request: Cpu.millis(1500), limit: Cpu.units(1.5) } }],
  ['as much as is allowed, in other units', { memory: { request: mebibytes(1024), limit: gibibytes(1) } }],
  ['nothing of something', { cpu: { request: Cpu.units(0) } }],
])('%s may be asked for', (_, resources) => {
  expect(
    () => new SynthesizedRun({ worker: { resources }, seeder: { resources }, broker: { resources } }),
  ).not.toThrow();
});

test.each<[ContainerResources, RegExp]>([
  [
    { cpu: { request: Cpu.units(1), limit: Cpu.millis(500) } },
    /: resources\.cpu\.request is 1; it must not be over the limit, 500m\. Ask for less, or allow more/,
  ],
  [{ cpu: { request: Cpu.millis(1001), limit: Cpu.units(1) } }, /resources\.cpu\.request is 1001m/],
  [
    { memory: { request: gibibytes(2), limit: mebibytes(512) } },
    /resources\.memory\.request is 2Gi; it must not be over the limit, 512Mi/,
  ],
  [{ ephemeralStorage: { request: gibibytes(2), limit: gibibytes(1) } }, /resources\.ephemeralStorage\.request is 2Gi/],
  [{ cpu: { request: Cpu.millis(-1) } }, /resources\.cpu\.request is -1m; it must be a number, not below 0\. Leave it/],
  [{ cpu: { limit: Cpu.units(Number.NaN) } }, /resources\.cpu\.limit is NaN/],
  [{ cpu: { limit: Cpu.units(Number.POSITIVE_INFINITY) } }, /resources\.cpu\.limit is Infinity/],
  [{ memory: { request: mebibytes(Number.NaN) } }, /resources\.memory\.request is NaNMi/],
])('%j is an error for worker, seeder and broker', (resources, message) => {
  for (const who of ['worker', 'seeder', 'broker'])
    expect(() => new SynthesizedRun({ [who]: { resources } })).toThrow(message);
});
