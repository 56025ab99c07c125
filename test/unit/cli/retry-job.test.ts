import { retryJob } from '../../../cli/dead-letters/retry-job';
import type { Job } from '../../../cli/kubernetes/objects';
import { EnvName } from '../../../lib/contract/environment';
import { container, type Json, SynthesizedPoolRun, SynthesizedRun } from '../../../tools/synthesized-run';
import { appliedJobs } from '../../support/cluster-objects';

/** A Job as the API server returns it. */
function former(run: SynthesizedRun | SynthesizedPoolRun = new SynthesizedRun()): Job {
  const job: Json = appliedJobs(run).worker;
  const uid = { 'batch.kubernetes.io/controller-uid': 'u', 'controller-uid': 'u' };
  job.spec.selector = { matchLabels: uid };
  job.spec.suspend = false;
  Object.assign(job.metadata.labels, { 'applyset.kubernetes.io/part-of': 'x' });
  job.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: 'kept' };
  job.metadata.managedFields = [];
  Object.assign(job.spec.template.metadata.labels, { ...uid, 'job-name': 'x', 'batch.kubernetes.io/job-name': 'x' });
  job.status = { succeeded: 1 };
  return job;
}

test('what the server and tools have set is not part of the Job of a retry', () => {
  const job = former();
  const retry: Json = retryJob(job, 1, 3);
  expect(JSON.stringify(retry)).not.toMatch(
    /controller-uid|job-name|"uid"|resourceVersion|managedFields|last-applied|applyset/,
  );
  expect([retry.status, retry.spec.selector, retry.spec.suspend]).toEqual([undefined, undefined, undefined]);
  expect(retry.metadata.annotations).toEqual({ mine: 'kept' });
  expect(retry.spec.podFailurePolicy).toEqual(job.spec?.podFailurePolicy);
  expect(retry.metadata.labels['cdk8s-work-queue/queue']).toBe(job.metadata?.labels?.['cdk8s-work-queue/queue']);
});

test.each([
  [{ itemsPerPod: 3, parallelism: 5 }, 7, [3, 3, '3']],
  [{ itemsPerPod: 1, parallelism: 2 }, 7, [7, 2, '7']],
])('a CoarseWorkerJob with %j gets as many pods as %d items need', (worker, items, expected) => {
  const retry: Json = retryJob(former(new SynthesizedRun({ worker })), 1, items);
  const completions = container(retry, 'courier').env.find(({ name }: Json) => name === EnvName.COMPLETIONS).value;
  expect([retry.spec.completions, retry.spec.parallelism, completions]).toEqual(expected);
});

test.each([
  [1, 1],
  [7, 4],
])('a pool of 4 gets for %d items %d workers', (items, workers) => {
  const retry: Json = retryJob(former(new SynthesizedPoolRun({ worker: { workers: 4 } })), 1, items);
  expect([retry.spec.completions, retry.spec.parallelism]).toEqual([workers, workers]);
});

test('the name is that of the first Job and the number, and fits with the index of a pod', () => {
  const job = former();
  const name = job.metadata?.name;
  const first = retryJob(job, 1, 3);
  expect(first.metadata?.name).toBe(`${name}-r1`);
  expect(retryJob(first, 2, 3).metadata?.name).toBe(`${name}-r2`);
  const long: Json = former();
  long.metadata.name = `${'x'.repeat(52)}-0123456789`;
  const fitted = retryJob(long, 12, 100_000).metadata?.name ?? '';
  expect(fitted).toMatch(/^x+-0123456789-r12$/);
  expect(`${fitted}-99999`.length).toBeLessThanOrEqual(63);
});
