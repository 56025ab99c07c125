import { ownConfigMaps, usedConfigMaps } from '../../../cli/cleaning/config-maps';
import { deleteRun } from '../../../cli/cleaning/delete-runs';
import type { RunPlan } from '../../../cli/cleaning/run-plan';
import type { Cluster } from '../../../cli/kubernetes/cluster';
import type { Observer } from '../../../cli/run-state/observer';
import { runsOf } from '../../../cli/run-state/run-jobs';
import type { Json } from '../../../tools/synthesized-run';
import { appliedJobs, podOf } from '../../support/cluster-objects';

test('of the ConfigMaps that a Job uses, only those are its own that this package mounts', () => {
  const { seeder, worker } = appliedJobs();
  const { spec } = worker.spec.template;
  const configMapOf = (name: string) => spec.volumes.find((volume: Json) => volume.name === name)?.configMap.name;
  spec.volumes.push({ name: 'of-the-user', configMap: { name: 'settings' } });
  spec.containers[0].volumeMounts.push({ name: 'of-the-user', mountPath: '/settings' });
  spec.containers[0].env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'variables', key: 'a' } } }];
  spec.containers[0].envFrom = [{ configMapRef: { name: 'environment' } }];
  expect(ownConfigMaps(worker)).toEqual([configMapOf('work-queue-programs')]);
  expect(usedConfigMaps(worker).sort()).toEqual(
    [configMapOf('work-queue-programs'), 'environment', 'settings', 'variables'].sort(),
  );
  expect(ownConfigMaps(seeder)).toEqual([
    expect.stringMatching(/^test-seeder-/),
    expect.stringMatching(/^test-fruits-items-0-/),
  ]);
});

describe('before the queues of a run that goes on are deleted, its pods', () => {
  const { seeder, worker } = appliedJobs();
  const [run] = runsOf([seeder, worker]);
  const job = { kind: 'Job', name: worker.metadata.name, uid: worker.metadata.uid } as const;
  const plan: RunPlan = {
    ...{
      check: { run } as RunPlan['check'],
      activeJobs: [job],
      queues: [],
      configMaps: [],
      jobs: [job],
      remainingQueues: [],
    },
  };

  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Deletes the run while one of its pods goes on for so long, and notes what is changed and said, and when. */
  function cleaning(podSeconds: number) {
    const began = performance.now();
    const seconds = () => Math.round((performance.now() - began) / 1000);
    const noted: [number, string][] = [];
    const note = (what: string) => void noted.push([seconds(), what]);
    const cluster = {
      suspend: async () => note('suspended'),
      pods: async () => (seconds() < podSeconds ? [podOf(worker, { name: 'pod-0' })] : []),
      remove: async () => note('deleted'),
    } as unknown as Cluster;
    const interrupt = new AbortController();
    const context = { cluster, observer: {} as Observer, interrupt: interrupt.signal, warn: note };
    return { noted, interrupt, ended: deleteRun(plan, context) };
  }

  test('are waited for until they have ended', async () => {
    const { noted, ended } = cleaning(7);
    await jest.advanceTimersByTimeAsync(6000);
    expect(noted).toEqual([[0, 'suspended']]);
    await jest.advanceTimersByTimeAsync(1000);
    await ended;
    expect(noted).toEqual([
      [0, 'suspended'],
      [7, 'deleted'],
    ]);
  });

  test('are waited for 60 s at most, and named', async () => {
    const { noted, ended } = cleaning(Number.POSITIVE_INFINITY);
    await jest.advanceTimersByTimeAsync(59_900);
    expect(noted).toEqual([[0, 'suspended']]);
    await jest.advanceTimersByTimeAsync(1100);
    await ended;
    const [, [told, sentence], [deleted]] = noted;
    expect(sentence).toBe(`Pods of run ${run.run} have not ended after 60 s, and are no longer waited for: pod-0`);
    expect([told, deleted].every((time) => time === 60 || time === 61)).toBe(true);
  });

  test('are no longer waited for after Ctrl-C, and nothing is deleted', async () => {
    const { noted, interrupt, ended } = cleaning(Number.POSITIVE_INFINITY);
    const outcome = expect(ended).rejects.toThrow('aborted');
    await jest.advanceTimersByTimeAsync(3000);
    interrupt.abort();
    await jest.advanceTimersByTimeAsync(0);
    await outcome;
    expect(noted).toEqual([[0, 'suspended']]);
  });
});
