import { App, Chart } from 'cdk8s';
import { EnvFieldPaths, EnvValue } from 'cdk8s-plus-28';
import { ContainerName } from '../../../lib/contract/containers';
import { EnvName } from '../../../lib/contract/environment';
import { MAX_ARGUMENT_BYTES } from '../../../lib/contract/limits';
import { Program, WorkItems } from '../../../lib/index';
import { lazy } from '../../../lib/manifest/lazy';
import { env, SynthesizedRun } from '../../../tools/synthesized-run';

const variable = (name: string, value = 'x') => ({ envVariables: { [name]: EnvValue.fromValue(value) } });
const worker = (props: object) => () => new SynthesizedRun({ worker: props });

describe('a variable of the program', () => {
  test.each(['A', '_', 'a_1', 'PATH', 'QUEUES', 'TERMINATION_LOGS', 'WQ_x', 'toString'])(
    'a variable of the program can be named %s',
    (name) => {
      expect(worker(variable(name))).not.toThrow();
    },
  );

  test.each([
    [
      'QUEUE',
      /CoarseWorkerJob 'test\/eat': envVariables sets "QUEUE", which always contains the name of the queue\. Use/,
    ],
    ['WORK_QUEUE_RUN', /"WORK_QUEUE_RUN", which always contains the name of the run/],
    ['WORK_ITEM_INDEX', /"WORK_ITEM_INDEX", which always contains the item's number/],
    ['WORK_ITEM_ATTEMPT', /"WORK_ITEM_ATTEMPT", which always contains the number of the attempt/],
    [
      'app.name',
      /"app\.name", which a shell cannot set or pass on: a name has letters, digits and "_", and does not begin with a digit/,
    ],
    ['my-var', /"my-var", which a shell cannot set or pass on/],
    ['1ST', /"1ST", which a shell cannot/],
    ['', /"", which a shell cannot/],
    ['Ä', /"Ä", which a shell cannot/],
    ['TERMINATION_LOG', /"TERMINATION_LOG", which this package's programs in the worker use for themselves/],
    ['wq_default_signals', /"wq_default_signals", which this package's programs/],
  ])('a variable of the program cannot have the literal name %j', (name, message) => {
    expect(worker(variable(name))).toThrow(message);
    const run = new SynthesizedRun();
    run.job.worker.env.addVariable(name, EnvValue.fromValue('x'));
    expect(run.job.node.validate()).toEqual([expect.stringMatching(message)]);
  });

  test('a variable of the program, including its name, has at most 131,071 bytes', () => {
    expect(worker(variable('A', 'x'.repeat(MAX_ARGUMENT_BYTES - 2)))).not.toThrow();
    expect(worker(variable('A', 'x'.repeat(MAX_ARGUMENT_BYTES - 1)))).toThrow(
      /envVariables sets A to a value that has 131072 bytes; .* has at most 131071\. Put the value into a file, and mount it with volumeMounts/,
    );
  });

  test.each(['a\0b', '\udc00'])('a variable of the program cannot have the value %j', (value) => {
    expect(worker(variable('A', value))).toThrow(/envVariables sets A to a value that contains a NUL or half of a/);
  });

  test('the value of a variable may be lazy, or come from a field of the pod', () => {
    const later = EnvValue.fromValue(lazy(() => 'x'));
    expect(worker({ envVariables: { A: later, B: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME) } })).not.toThrow();
  });

  test('a variable that is added after the constructor is checked at synth', () => {
    const app = new App();
    const { job } = new SynthesizedRun({}, new Chart(app, 'test'));
    job.worker.env.addVariable('fine', EnvValue.fromValue('x'));
    expect(job.node.validate()).toEqual([]);
    job.worker.env.addVariable('wq_next', EnvValue.fromValue('x'));
    expect(() => app.synth()).toThrow(/CoarseWorkerJob 'test\/eat': envVariables sets "wq_next"/);
  });
});

describe('a variable with the item or a field of it', () => {
  const items = WorkItems.product({ lr: [1, 2] });
  const runOf = (envVariables: Record<string, EnvValue>) => new SynthesizedRun({ items, worker: { envVariables } });
  const LR = { LR: EnvValue.fromValue(`-${Program.field('lr')}-$(A)`) };

  test('a variable with a placeholder is set by the courier, not by Kubernetes, in the order of the names', () => {
    const job = runOf({ ...LR, A: EnvValue.fromValue('x'), ALL: EnvValue.fromValue(Program.ITEM) }).workerJob();
    const { LR: missing, ALL, A } = env(job, ContainerName.WORKER);
    expect([missing, ALL, A]).toEqual([undefined, undefined, 'x']);
    expect(env(job, ContainerName.COURIER)[EnvName.ITEM_VARIABLES]).toBe(
      '{"ALL":[{}],"LR":["-",{"field":"lr"},"-$$(A)"]}',
    );
  });

  test('a variable with a placeholder cannot have a name that shells use for themselves', () => {
    expect(() => runOf({ PATH: EnvValue.fromValue(Program.field('lr')) })).toThrow(
      /envVariables sets "PATH" with a value of its own for each item, but it is a name that shells or the dynamic loader use for themselves\. Use another name/,
    );
    expect(() => runOf({ QUEUE: EnvValue.fromValue(Program.field('lr')) })).toThrow(/"QUEUE", which always contains/);
  });

  test('a variable with a placeholder that is added after the constructor is an error at synth', () => {
    const { job } = runOf({});
    job.worker.env.addVariable('LR', LR.LR);
    expect(job.node.validate()).toEqual([
      "CoarseWorkerJob 'test/eat': variable LR contains the item or a field of it, but was added after the constructor. Set it in envVariables.",
    ]);
  });

  test('a variable that is added after the constructor cannot be one with a placeholder', () => {
    const { job } = runOf(LR);
    expect(job.node.validate()).toEqual([]);
    job.worker.env.addVariable('LR', EnvValue.fromValue('x'));
    expect(job.node.validate()).toEqual([
      expect.stringMatching(
        /variable LR was added after the constructor, but envVariables already sets it for each item/,
      ),
    ]);
  });
});

describe('itemVariable', () => {
  test.each(['toString', 'constructor', 'ITEM', 'frame_1'])('`itemVariable` can be %s', (itemVariable) => {
    expect(worker({ itemVariable })).not.toThrow();
  });

  test.each([
    [
      'WORK_ITEM_INDEX',
      /itemVariable is "WORK_ITEM_INDEX", which always contains the item's number\. Use another name, such/,
    ],
    ['', /itemVariable is "", which a shell cannot set.*Use another name, such as "ITEM"/],
    ['1ST', /itemVariable is "1ST", which a shell cannot set/],
    ['my-item', /itemVariable is "my-item", which a shell cannot set/],
    ['PATH', /itemVariable is "PATH", which shells or the dynamic loader use for themselves/],
    ['LD_PRELOAD', /itemVariable is "LD_PRELOAD"/],
    ['TERMINATION_LOG', /itemVariable is "TERMINATION_LOG", which this package's programs/],
    ['wq_default_signals', /itemVariable is "wq_default_signals", which this package's programs/],
  ])('`itemVariable` cannot have the literal name %j', (itemVariable, message) => {
    expect(worker({ itemVariable })).toThrow(message);
  });

  test('`itemVariable` cannot be one of `envVariables`', () => {
    expect(worker({ itemVariable: 'A', ...variable('A') })).toThrow(
      /itemVariable is "A", which envVariables also sets/,
    );
  });
});
