import { ContainerName } from '../../lib/contract/containers';
import type { Job, Pod } from '../kubernetes/objects';
import { containerOf } from '../kubernetes/pod-template';
import { programOf } from '../manifest/program-of';
import { workerSummary } from '../run-state/job-summary';
import { jobsOf, type RunJobs } from '../run-state/run-jobs';
import type { Worker } from './receipt';

/** The end of the name of an Indexed Job's pod: its index, and five characters by chance. */
const POD_SUFFIX = /-\d+-[a-z0-9]{5}$/;

/** The length of the longest name of a pod that Kubernetes generates: the name of its Job may be cut in it. */
const MAX_POD_NAME = 63;

/** The worker Jobs of a run, and how many items are done by the pods of each. */
export class Workers {
  private readonly jobs: readonly Job[];
  private readonly doneBy = new Map<string, number>();

  constructor(run: RunJobs) {
    this.jobs = jobsOf(run).filter((job) => job !== run.seeder);
  }

  addDone(pod: string): void {
    const name = pod.replace(POD_SUFFIX, '');
    const isCut = pod.length === MAX_POD_NAME;
    const job = this.jobs.map(nameOf).find((each) => each === name || (isCut && each.startsWith(name)));
    if (job !== undefined) this.doneBy.set(job, (this.doneBy.get(job) ?? 0) + 1);
  }

  /** @param pods those that exist */
  facts(pods: readonly Pod[]): Worker[] {
    return this.jobs.map((job) => {
      const { name, kind, created, outcome } = workerSummary(job);
      const container = containerOf(job, ContainerName.WORKER);
      return {
        ...{ job: name, kind, created },
        ...(outcome && { outcome }),
        image: container?.image ?? '',
        imageIds: imageIds(pods, name),
        command: programOf(container ?? {}),
        done: this.doneBy.get(name) ?? 0,
      };
    });
  }
}

function nameOf({ metadata }: Job): string {
  return metadata?.name ?? '';
}

function imageIds(pods: readonly Pod[], job: string): string[] {
  const ids = pods
    .filter(({ metadata }) => metadata?.labels?.['batch.kubernetes.io/job-name'] === job)
    .flatMap(({ status }) => status?.containerStatuses ?? [])
    .filter(({ name, imageID }) => name === ContainerName.WORKER && imageID)
    .map(({ imageID }) => imageID);
  return [...new Set(ids)].sort();
}
