import type { k8s } from 'cdk8s-plus-28';
import { Manifest } from '../../../cli/manifest/manifest';
import { JobRun } from '../../../cli/rehearsal/job-run';
import { Workspace } from '../../../cli/system/workspace';

const workspace = new Workspace('job-run-test');
afterAll(() => workspace.close());

/** Runs a Job whose pods run these lines of sh. */
async function jobOf(script: string, spec: Partial<k8s.JobSpec>) {
  const lines: string[] = [];
  const pod = { containers: [{ name: 'main', command: ['sh', '-c', script] }] };
  const job = { name: 'job', queue: 'queue', object: {}, pod, spec: { template: { spec: pod }, ...spec } };
  const end = await new JobRun(job, {
    ...{ manifest: new Manifest([]), workspace, folder: workspace.dir, inImage: false, overrides: () => ({}) },
    log: (line) => lines.push(line),
    signal: new AbortController().signal,
  }).run();
  return { ...end, output: lines.join('\n') };
}

const INDEXED = { completionMode: 'Indexed', completions: 3, parallelism: 3 };
const FAILS_AT_INDEX_1 = '[ "$JOB_COMPLETION_INDEX" != 1 ]';

test('a failed index ends only itself if `backoffLimitPerIndex` is set, and fails the Job when the others have ended', async () => {
  const job = await jobOf(FAILS_AT_INDEX_1, { ...INDEXED, backoffLimitPerIndex: 1, backoffLimit: 0 });
  expect(job).toMatchObject({ complete: false, succeeded: 2, completions: 3, reason: 'FailedIndexes: 1' });
  expect(job.output).toMatch(/job-1-\S+: failed \(exit codes: main 1\); another pod takes its place/);
  expect(job.output).toMatch(/job-1-\S+: failed \(exit codes: main 1\); index 1 gets no more pods/);
});

test('each index has a limit of its own', async () => {
  const failsOnce = `f=${workspace.folder('once')}/$JOB_COMPLETION_INDEX; [ -e $f ] || { touch $f; exit 1; }`;
  const job = await jobOf(failsOnce, { ...INDEXED, backoffLimitPerIndex: 1 });
  expect(job).toMatchObject({ complete: true, succeeded: 3 });
});

test('failed pods of all indexes count together if `backoffLimitPerIndex` is not set', async () => {
  const job = await jobOf('exit 1', { ...INDEXED, backoffLimit: 2 });
  expect(job).toMatchObject({ complete: false, succeeded: 0 });
  expect(job.reason).toMatch(/^BackoffLimitExceeded, 3 failed pods/);
});
