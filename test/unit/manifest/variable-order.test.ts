import { App, Chart } from 'cdk8s';
import { EnvValue } from 'cdk8s-plus-28';
import { ContainerName } from '../../../lib/contract/containers';
import { lazy } from '../../../lib/manifest/lazy';
import { orderedVariables } from '../../../lib/manifest/variable-order';
import { container, SynthesizedRun } from '../../../tools/synthesized-run';

/** The names in their order, for variables that come in the order of the object. */
const order = (variables: Record<string, unknown>) =>
  orderedVariables(Object.entries(variables).map(([name, value]) => ({ name, value: value as string })))
    .map(({ name }) => name)
    .join(' ');

test.each<[string, Record<string, unknown>, string]>([
  ['by name', { C: '', A: '', B: '' }, 'A B C'],
  ['by code unit, as every language can sort', { b: '', a: '', B: '', _: '' }, 'B _ a b'],
  ['with a variable after the one that it refers to', { A: '$(C)', B: '', C: '' }, 'C A B'],
  ['with a variable after all that it refers to', { A: '$(D)/$(C)', B: '', C: '$(D)', D: '' }, 'D C A B'],
  ['with a reference inside a string', { A: 'http://$(Z):80/$(Y)', Y: '', Z: '' }, 'Y Z A'],
  ['with no regard to an escaped reference', { A: '$$(B)', B: '' }, 'A B'],
  ['with regard to a reference after an escaped dollar sign', { A: '$$$(B)', B: '' }, 'B A'],
  ['with no regard to a reference without an end', { A: '$(B', B: '' }, 'A B'],
  ['with no regard to a name that no variable has', { A: '$(Z)', B: '' }, 'A B'],
  ['with no regard to the variable itself', { B: '$(B)', A: '' }, 'A B'],
  ['by name in a circle', { B: '$(A)', A: '$(B)', C: '' }, 'A B C'],
  ['by name in a circle that others refer to', { A: '$(D)', D: '$(C)', C: '$(D)', B: '' }, 'C D A B'],
  ['with what a circle refers to before it', { B: '$(A)$(Z)', A: '$(B)', Z: '' }, 'Z A B'],
  ['without a value', { B: undefined, A: undefined }, 'A B'],
  ['with a value that is known only at synth', { A: lazy(() => '$(B)'), B: lazy(() => lazy(() => 'x')) }, 'B A'],
  ['with names of members that each object has', { toString: '$(valueOf)', valueOf: '' }, 'valueOf toString'],
])('variables are sorted %s', (_, variables, sorted) => {
  expect(order(variables)).toBe(sorted);
  expect(order(Object.fromEntries(Object.entries(variables).reverse()))).toBe(sorted);
});

describe('the variables of a Job', () => {
  const value = (text: string) => EnvValue.fromValue(text);
  const runOf = (envVariables: Record<string, EnvValue>) =>
    new SynthesizedRun({ worker: { envVariables } }, new Chart(new App(), 'test'));
  const namesIn = (run: SynthesizedRun, name: string = ContainerName.WORKER) =>
    container(run.workerJob(), name).env.map((variable: { name: string }) => variable.name);

  test('the variables of a Job are in the same order, and the Job has the same name, in whatever order they came', () => {
    const one = runOf({ B: value('1'), A: value('$(C)'), C: value('3') });
    const other = runOf({ C: value('3'), A: value('$(C)'), B: value('1') });
    expect(namesIn(one)).toEqual(['C', 'A', 'B', 'QUEUE']);
    expect(other.chart.toJson()).toEqual(one.chart.toJson());
  });

  test('the variables of a Job are in the same order, in whatever order they were added after the constructor', () => {
    const [one, other] = [runOf({}), runOf({})];
    for (const name of ['A', 'B']) one.job.worker.env.addVariable(name, value('x'));
    for (const name of ['B', 'A']) other.job.worker.env.addVariable(name, value('x'));
    expect(namesIn(one)).toEqual(['A', 'B', 'QUEUE']);
    expect(other.job.name).toBe(one.job.name);
  });

  test('the variables of containers that were added to a Job are in the same order, in whatever order they came', () => {
    const jobOf = (...names: string[]) => {
      const run = runOf({});
      const envVariables = Object.fromEntries(names.map((name) => [name, value('x')]));
      run.job.addContainer({ name: 'sidecar', image: 'busybox:1.37', envVariables });
      run.job.addInitContainer({ name: 'init', image: 'busybox:1.37', envVariables });
      return run;
    };
    const [one, other] = [jobOf('A', 'B'), jobOf('B', 'A')];
    expect(namesIn(one, 'sidecar')).toEqual(['A', 'B']);
    expect(other.job.name).toBe(one.job.name);
  });

  test('a variable may refer to those of this package', () => {
    expect(namesIn(runOf({ NAME: value('of $(QUEUE)') }))).toEqual(['QUEUE', 'NAME']);
  });
});
