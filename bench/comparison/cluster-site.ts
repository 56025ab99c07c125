import { EnvFieldPaths, EnvValue } from 'cdk8s-plus-28';
import { runningWith } from '../../cli/system/processes';
import { Program, WorkItems } from '../../lib';
import { CAN_MAKE_FAULTS } from '../../tools/cluster/control';
import { EndedJob, Namespace } from '../../tools/cluster/namespace';
import { SharedFolder, sharedFolderMount } from '../../tools/cluster/shared-folder';
import { type AnySynthesizedRun, type Json, newChart } from '../../tools/synthesized-run';
import { fillQueue, IMAGE, jobOutcome, removeJob } from '../cluster-jobs';
import { Journal, program } from './journal';
import { ITEMS, killHalf, LIMIT_SECONDS, NUMBERS, type Site, type StartedRun, type Way, wayOf } from './way';

const CLAIM = 'journals';
const MOUNT = '/journals';

/** A Job that has not been created, and the name of its journal. */
interface PlannedJob {
  readonly object: Json;
  readonly journal: string;
}

/** A namespace for the Jobs, with a folder for their journals. */
export class ClusterSite implements Site {
  private readonly namespace = new Namespace();
  private readonly folder = new SharedFolder(this.namespace, CLAIM);
  private runs = 0;
  private isCreated = false;

  async open(): Promise<void> {
    if (!CAN_MAKE_FAULTS)
      throw new Error(
        'E2E_CLUSTER is not set: the nodes of the cluster must be on this machine. Set it, or use --only parallel,celery.',
      );
    await this.namespace.create();
    this.isCreated = true;
    await this.folder.create();
  }

  async close(): Promise<void> {
    if (this.isCreated) await this.namespace.remove();
  }

  /** A Job for which `plan` does all that comes before its creation. */
  way(key: string, name: string, plan: (runId: string) => Promise<PlannedJob>): Way {
    return wayOf({
      key,
      name,
      site: this,
      // The name of a pod is in the environment of all its containers.
      faults: { 'five pods': ({ journal }) => killHalf(journal, runningWith) },
      start: async () => this.start(await plan(`${key}-${this.runs++}`)),
    });
  }

  /** A run of this package, whose queue is filled before the Job is created. */
  workerWay(key: string, name: string, synthesize: (parts: RunParts) => AnySynthesizedRun): Way {
    return this.way(key, name, async (runId) => {
      const run = synthesize(runParts(runId));
      await fillQueue(this.namespace, run);
      return { object: run.workerJob(), journal: runId };
    });
  }

  private async start({ object, journal: file }: PlannedJob): Promise<StartedRun> {
    const { name } = object.metadata;
    const journal = new Journal(this.folder.makeFile(file));
    const began = performance.now();
    await this.namespace.apply([object]);
    return {
      began,
      journal,
      end: async () => {
        const outcome = await jobOutcome(this.namespace, name, LIMIT_SECONDS);
        const { succeeded, failed } = new EndedJob(await this.namespace.get('job', name));
        const pods = `${succeeded} pods succeeded, ${failed} failed`;
        if (outcome !== undefined) return { verdict: `${outcome}: ${pods}` };
        const { done } = journal.counts();
        const left = NUMBERS.filter((item) => !done.has(item));
        return { verdict: `none: ${pods}`, hanging: `the Job, with ${left.length} items`, left };
      },
      close: () => removeJob(this.namespace, name),
    };
  }
}

/** What the runs of both constructs of this package share. */
type RunParts = ReturnType<typeof runParts>;

function runParts(runId: string) {
  const chart = newChart();
  const script = program({ setItem: 'read -r item', worker: '$POD', journal: journalInPod(runId) });
  return {
    chart,
    props: { items: WorkItems.range(1, ITEMS), seeder: { runId } },
    worker: {
      image: IMAGE,
      program: Program.command('sh', '-c', script),
      envVariables: { POD: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME) },
      volumeMounts: [sharedFolderMount(chart, CLAIM, MOUNT)],
    },
  };
}

/** Gives the only container of a pod the same as a worker of this package has: its pod's name, and the journals. */
export function withJournals(podSpec: Json): Json {
  const [container] = podSpec.containers;
  return {
    ...podSpec,
    containers: [
      {
        ...container,
        env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
        volumeMounts: [{ name: CLAIM, mountPath: MOUNT }],
      },
    ],
    volumes: [{ name: CLAIM, persistentVolumeClaim: { claimName: CLAIM } }],
  };
}

/** Where a program in a pod finds a journal. */
export function journalInPod(name: string): string {
  return `${MOUNT}/${name}`;
}
