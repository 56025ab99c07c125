import type { k8s } from 'cdk8s-plus-28';
import { sleep } from '../../lib/programs/runtime/time';
import type { Job, Manifest } from '../manifest/manifest';
import type { Rehearsal } from '../rehearsal/run-jobs';
import { run, which } from '../system/processes';
import { leftovers } from './leftovers';

const LIMIT_MINUTES = 15;
/** After this many questions in a row without an answer it gives up. */
const MAX_UNANSWERED = 10;

interface Progress {
  readonly line: string;
  readonly failure?: string;
  readonly complete: boolean;
}

/** Runs the manifest on the cluster that kubectl reaches. */
export class ClusterRun {
  /** Whether anything may be in the cluster. */
  applied = false;

  constructor(
    private readonly folder: string,
    private readonly manifest: Manifest,
    private readonly log: (line: string) => void,
    private readonly signal: AbortSignal,
  ) {}

  async apply(): Promise<void> {
    if (!which('kubectl'))
      throw new Error('kubectl is not on the PATH. Install it, or rehearse on this machine with: npm run demo');
    const context = await run('kubectl', ['config', 'current-context'], 20);
    if (context.status !== 0) {
      throw new Error(`kubectl has no cluster to use (${context.output.trim()}). Set KUBECONFIG or a current context`);
    }
    this.log(`Applying to the cluster of context ${context.output.trim()}`);
    await kubectl(20, 'version', '--request-timeout=15s');
    this.applied = true;
    this.log(await kubectl(120, 'apply', '--filename', this.folder));
  }

  /** Until the worker Jobs are complete or one of the Jobs has failed. */
  async follow(): Promise<Rehearsal> {
    const start = Date.now();
    let said = '';
    let unanswered = 0;
    while (Date.now() - start < LIMIT_MINUTES * 60_000) {
      this.signal.throwIfAborted();
      try {
        const { line, complete, failure } = await this.progress();
        if (line !== said) this.log(line);
        said = line;
        unanswered = 0;
        if (failure !== undefined) return { complete: false, verdict: `Failed: ${failure}` };
        const seconds = ((Date.now() - start) / 1000).toFixed(0);
        if (complete) return { complete, verdict: `Complete: ${line} in ${seconds} s` };
      } catch (error) {
        if (this.signal.aborted || ++unanswered === MAX_UNANSWERED) throw error;
      }
      await sleep(1000);
    }
    const pods = await run('kubectl', ['get', 'pods', ...inNamespace(this.manifest.workers[0])], 20);
    return {
      complete: false,
      verdict: `Not complete after ${LIMIT_MINUTES} min; the run goes on in the cluster.\n${pods.output}`,
    };
  }

  private async progress(): Promise<Progress> {
    const { seeders, workers } = this.manifest;
    const seeding = await Promise.all(seeders.map(progressOf));
    const working = await Promise.all(workers.map(progressOf));
    return {
      line: working.map(({ line }) => line).join('; '),
      complete: working.every(({ complete }) => complete),
      failure: [...seeding, ...working].map(({ failure }) => failure).find((failure) => failure !== undefined),
    };
  }

  /** The commands that delete what was applied, and what that has created. */
  removal(): string[] {
    const made = leftovers(this.manifest.objects).map((name) => `  kubectl delete ${name}`);
    return [`  kubectl delete --filename ${this.folder}`, ...made];
  }
}

async function progressOf(job: Job): Promise<Progress> {
  const found = await kubectl(20, 'get', 'job', job.name, '--output', 'json', ...inNamespace(job));
  const { status } = JSON.parse(found) as k8s.KubeJobProps & { status?: JobStatus };
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type && each.status === 'True');
  const failed = condition('Failed');
  return {
    line: `${job.name}: ${status?.succeeded ?? 0} of ${job.spec.completions ?? 1} completions`,
    complete: condition('Complete') !== undefined,
    failure: failed && `${(await lastWords(job)) || failed.message} (Job ${job.name}, ${failed.reason})`,
  };
}

interface JobStatus {
  readonly succeeded?: number;
  readonly conditions?: { type: string; status: string; reason?: string; message?: string }[];
}

interface PodStatus {
  readonly containerStatuses?: { state?: { terminated?: { exitCode: number; message?: string } } }[];
}

/** The termination messages of the containers that failed. */
async function lastWords(job: Job): Promise<string> {
  const selector = `batch.kubernetes.io/job-name=${job.name}`;
  const found = await kubectl(20, 'get', 'pods', '--selector', selector, '--output', 'json', ...inNamespace(job));
  const pods = (JSON.parse(found) as { items: { status?: PodStatus }[] }).items;
  const ends = pods.flatMap((pod) => pod.status?.containerStatuses ?? []).map(({ state }) => state?.terminated);
  const messages = ends.flatMap((end) => (end && end.exitCode !== 0 && end.message ? [end.message.trim()] : []));
  return [...new Set(messages)].join('; ');
}

function inNamespace(job: Job | undefined): string[] {
  return job?.namespace ? ['--namespace', job.namespace] : [];
}

async function kubectl(seconds: number, ...args: string[]): Promise<string> {
  const { status, stdout, output } = await run('kubectl', args, seconds);
  if (status !== 0) throw new Error(`kubectl ${args[0]} failed: ${output.trim()}`);
  return stdout.trimEnd();
}
