import { App, Chart } from 'cdk8s';
import { EnvFieldPaths, EnvValue } from 'cdk8s-plus-28';
import { lazy } from '../../../lib/manifest/lazy';
import { SynthesizedRun } from '../../../tools/synthesized-run';

const variable = (name: string, value = 'x') => ({ envVariables: { [name]: EnvValue.fromValue(value) } });
const worker = (props: object) => () => new SynthesizedRun({ worker: props });

describe('a variable of the program', () => {
  test.each(['A', '_', 'a_1', 'PATH', 'QUEUES', 'TERMINATION_LOGS', 'WQ_x', 'toString'])('can be named %s', (name) => {
    expect(worker(variable(name))).not.toThrow();
  });

  test.each([
    ['QUEUE', /CoarseWorkerJob 'test\/eat': envVariables has "QUEUE", which always holds the name of the queue\. Use/],
    ['WORK_QUEUE_RUN', /"WORK_QUEUE_RUN", which always holds the name of the run/],
    ['WORK_ITEM_INDEX', /"WORK_ITEM_INDEX", which always holds the item's number/],
    ['WORK_ITEM_ATTEMPT', /"WORK_ITEM_ATTEMPT", which always holds the number of the attempt/],
    ['app.name', /"app\.name", which a shell cannot set or pass on: a name has letters, digits and "_", and no digit/],
    ['my-var', /"my-var", which a shell cannot set or pass on/],
    ['1ST', /"1ST", which a shell cannot/],
    ['', /"", which a shell cannot/],
    ['Ä', /"Ä", which a shell cannot/],
    ['TERMINATION_LOG', /"TERMINATION_LOG", which the programs of this package in the worker use for themselves/],
    ['wq_default_signals', /"wq_default_signals", which the programs of this package/],
  ])('cannot be named %j', (name, message) => {
    expect(worker(variable(name))).toThrow(message);
    const run = new SynthesizedRun();
    run.job.worker.env.addVariable(name, EnvValue.fromValue('x'));
    expect(run.job.node.validate()).toEqual([expect.stringMatching(message)]);
  });

  test('has, with its name, at most what Linux takes', () => {
    expect(worker(variable('A', 'x'.repeat(131_069)))).not.toThrow();
    expect(worker(variable('A', 'x'.repeat(131_070)))).toThrow(
      /envVariables has A with a value that has 131072 bytes; .* has at most 131071\. Put it into a file, by volumeMounts/,
    );
  });

  test.each(['a\0b', '\udc00'])('cannot have the value %j', (value) => {
    expect(worker(variable('A', value))).toThrow(/envVariables has A with a value that holds a NUL or half of a/);
  });

  test('may be known only at synth, or come from elsewhere', () => {
    const later = EnvValue.fromValue(lazy(() => 'x'));
    expect(worker({ envVariables: { A: later, B: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME) } })).not.toThrow();
  });

  test('that is added later is looked at when the app is synthesized', () => {
    const app = new App();
    const { job } = new SynthesizedRun({}, new Chart(app, 'test'));
    job.worker.env.addVariable('fine', EnvValue.fromValue('x'));
    expect(job.node.validate()).toEqual([]);
    job.worker.env.addVariable('wq_next', EnvValue.fromValue('x'));
    expect(() => app.synth()).toThrow(/CoarseWorkerJob 'test\/eat': envVariables has "wq_next"/);
  });
});

describe('the variable of the item', () => {
  test.each(['toString', 'constructor', 'ITEM', 'frame_1'])('can be named %s', (itemVariable) => {
    expect(worker({ itemVariable })).not.toThrow();
  });

  test.each([
    [
      'WORK_ITEM_INDEX',
      /itemVariable is "WORK_ITEM_INDEX", which always holds the item's number\. Use another name, such/,
    ],
    ['', /itemVariable is "", which a shell cannot set.*Use another name, such as "ITEM"/],
    ['1ST', /itemVariable is "1ST", which a shell cannot set/],
    ['my-item', /itemVariable is "my-item", which a shell cannot set/],
    ['PATH', /itemVariable is "PATH", which shells or the dynamic loader use for themselves/],
    ['LD_PRELOAD', /itemVariable is "LD_PRELOAD"/],
    ['TERMINATION_LOG', /itemVariable is "TERMINATION_LOG", which the programs of this package/],
    ['wq_default_signals', /itemVariable is "wq_default_signals", which the programs of this package/],
  ])('cannot be named %j', (itemVariable, message) => {
    expect(worker({ itemVariable })).toThrow(message);
  });

  test('cannot be one of envVariables', () => {
    expect(worker({ itemVariable: 'A', ...variable('A') })).toThrow(/itemVariable is "A", which envVariables has too/);
  });
});
