import { findRun } from '../../../cli/run-state/find-run';
import { workerSummary } from '../../../cli/run-state/job-summary';
import { requireEvents, requireRecords } from '../../../cli/run-state/require-records';
import { runsOf } from '../../../cli/run-state/run-jobs';
import { DeliveryName } from '../../../lib/contract/delivery';
import { EnvName } from '../../../lib/contract/environment';
import { Label } from '../../../lib/contract/labels';
import { Delivery, WorkItems } from '../../../lib/index';
import { type Json, SynthesizedPoolRun, SynthesizedRun } from '../../../tools/synthesized-run';
import { appliedJobs, ended } from '../../support/cluster-objects';

test('a run is known by the environment of its Jobs, not by labels that a user may have changed', () => {
  const runId = 'nightly';
  const run = new SynthesizedRun({ seeder: { runId } });
  const { seeder, worker } = appliedJobs(run);
  for (const { metadata } of [seeder, worker]) metadata.labels[Label.RUN] = 'changed';
  const [found] = runsOf([worker, seeder]);
  expect(found).toMatchObject({ run: runId, queue: run.queue.queueName, chart: 'test', itemCount: 8 });
  expect([found.seeder, found.worker]).toEqual([seeder, worker]);
});

test('a run without a runId has the name of its queue', () => {
  const { seeder } = appliedJobs();
  const [{ run, queue }] = runsOf([seeder]);
  expect(run).toBe(queue);
});

test('the latest worker Job of a queue is the one of the run', () => {
  const { seeder, worker } = appliedJobs();
  const later: Json = {
    ...worker,
    metadata: { ...worker.metadata, name: 'later', creationTimestamp: '2026-11-29T00:00:00Z' },
  };
  const [run] = runsOf([later, worker, seeder]);
  expect(run.worker).toBe(later);
  expect(run.formerWorkers).toEqual([worker]);
});

test('runs are listed from the oldest to the newest', () => {
  const jobs = ['b', 'a'].map((runId, day) => {
    const { seeder } = appliedJobs(new SynthesizedRun({ seeder: { runId } }));
    return { ...seeder, metadata: { ...seeder.metadata, creationTimestamp: `2026-11-2${day}T00:00:00Z` } };
  });
  expect(runsOf([...jobs].reverse()).map(({ run }) => run)).toEqual(['b', 'a']);
});

test('a Job without the containers of this package is left out', () => {
  const { seeder } = appliedJobs();
  seeder.spec.template.spec.containers = [{ name: 'other', image: 'other' }];
  expect(runsOf([seeder])).toEqual([]);
});

test.each([
  [
    'CoarseWorkerJob',
    new SynthesizedRun({ worker: { parallelism: 3, itemsPerPod: 2 } }),
    { completions: 4, itemsPerPod: 2 },
  ],
  ['WorkerPool', new SynthesizedPoolRun({ worker: { workers: 3 } }), { completions: 3 }],
])('a %s is known by its environment', (kind, run, numbers) => {
  const summary = workerSummary(appliedJobs(run).worker);
  expect(summary).toMatchObject({ kind, parallelism: 3, maxAttempts: 3, toleratedDeadLetters: 0, ...numbers });
  expect('itemsPerPod' in summary).toBe('itemsPerPod' in numbers);
});

test('a Job that is about to fail has failed, because nothing changes it any more', () => {
  const { worker } = appliedJobs();
  worker.status = {
    conditions: [{ type: 'FailureTarget', status: 'True', reason: 'PodFailurePolicy', message: 'a\u001b[31mb' }],
  };
  expect(workerSummary(worker)).toMatchObject({ outcome: 'Failed', reason: 'PodFailurePolicy', message: 'a [31mb' });
  expect(workerSummary(ended(worker, 'Complete')).outcome).toBe('Complete');
});

describe('findRun', () => {
  const runs = ['alpha', 'beta'].flatMap((runId) => {
    const run = new SynthesizedRun({ seeder: { runId } });
    return runsOf(Object.values(appliedJobs(run)));
  });
  const name = (job: Json) => job.metadata.name;

  test('finds a run by its name, its queue and the names of its Jobs', () => {
    const [, beta] = runs;
    for (const given of ['beta', beta.queue, name(beta.seeder), name(beta.worker)]) {
      expect(findRun(runs, given, 'default')).toBe(beta);
    }
  });

  test('suggests the nearest names, the nearest first', () => {
    expect(() => findRun(runs, 'btea', 'default')).toThrow(
      /has no run btea\. Names that are like it: beta, .*runs` lists all/,
    );
  });

  test('asks for the queue if two runs have the same name', () => {
    const { seeder } = appliedJobs(new SynthesizedRun({ seeder: { runId: 'beta' }, items: WorkItems.list(['other']) }));
    const [other] = runsOf([seeder]);
    expect(() => findRun([...runs, other], 'beta', 'default')).toThrow(
      `Name the queue of one: ${runs[1].queue}, ${other.queue}`,
    );
    expect(findRun([...runs, other], other.queue, 'default')).toBe(other);
  });

  test('shows no control character of what was given', () => {
    expect(() => findRun(runs, 'a\u001b[2J', 'default')).toThrow('has no run a\\u001b[2J.');
  });
});

test('a number that is none in the environment leaves a Job out', () => {
  const { seeder } = appliedJobs();
  const variables: Json[] = seeder.spec.template.spec.containers[0].env;
  const count = variables.find((variable) => variable.name === EnvName.ITEM_COUNT);
  count.value = 'many';
  expect(runsOf([seeder])).toEqual([]);
});

describe.each([
  ['Delivery.amqpConsume()', DeliveryName.AMQP_CONSUME, () => Delivery.amqpConsume()],
  ['Delivery.none()', DeliveryName.NONE, () => Delivery.none()],
] as const)('a run with %s', (_, name, delivery) => {
  const run = new SynthesizedRun({ worker: { delivery: delivery() } });

  test('is known by the environment of its worker, and so is its broker', () => {
    const { seeder, worker } = appliedJobs(run);
    const [found] = runsOf([worker]);
    expect(found).toMatchObject({ run: run.queue.queueName, queue: run.queue.queueName, itemCount: 8, delivery: name });
    expect(found.broker).toEqual(runsOf([seeder])[0].broker);
    expect(workerSummary(worker)).toMatchObject({ kind: 'CoarseWorkerJob', itemsPerPod: 1, completions: 8 });
  });

  test('has no events, and is told apart from one that has no records', () => {
    const [found] = runsOf([appliedJobs(run).worker]);
    expect(() => requireEvents(found, 'Hint.')).toThrow(
      / have no courier \(delivery\), so it is not known which pod had which item\. Hint\.$/,
    );
    const check = () => requireRecords(found, 'Hint.');
    if (name === DeliveryName.NONE) expect(check).not.toThrow();
    else expect(check).toThrow(/ record nothing, because amqp-consume delivers the items .* Hint\.$/);
  });
});

test('a run with a courier has records and events', () => {
  const [found] = runsOf([appliedJobs().worker]);
  expect(found.delivery).toBeUndefined();
  expect(() => requireEvents(found, '')).not.toThrow();
  expect(() => requireRecords(found, '')).not.toThrow();
});
