import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import type { Workspace } from '../system/workspace';
import { type ContainerEnd, ContainerProcess } from './container-process';
import { containerEnvironment, type Overrides } from './environment';
import { expand } from './expansion';
import type { Job, Manifest } from './manifest';
import { Mounts } from './mounts';
import { makeSubPath, makeVolumes } from './volumes';

export interface RehearsalContext {
  readonly manifest: Manifest;
  readonly workspace: Workspace;
  readonly log: (line: string) => void;
  /** Aborted: everything ends at once. */
  readonly signal: AbortSignal;
  overrides(job: Job): Overrides;
}

export type PodEnd = ReadonlyMap<string, ContainerEnd>;

const DEFAULT_GRACE_SECONDS = 30;

/** A pod of a Job: its containers as processes. It ends when all of them have ended. */
export class PodProcess {
  readonly name: string;
  readonly ended: Promise<PodEnd>;
  private readonly containers = new Map<string, ContainerProcess>();

  constructor(
    private readonly job: Job,
    private readonly context: RehearsalContext,
  ) {
    this.name = `${job.name.slice(0, 58)}-${randomBytes(4).readUInt32BE().toString(36).padStart(5, '0').slice(-5)}`;
    const dir = context.workspace.folder(this.name);
    const volumes = makeVolumes(job.pod, context.manifest, context.workspace.folder(this.name, 'volumes'), context.log);
    for (const container of job.pod.containers) this.containers.set(container.name, this.start(container, volumes));
    this.ended = this.end(dir);
  }

  /** Asks the containers to end, and kills those that still run after the grace period. */
  async delete(): Promise<void> {
    for (const container of this.containers.values()) container.terminate();
    const grace = this.job.pod.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    const timer = setTimeout(() => this.kill(), grace * 1000);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    for (const container of this.containers.values()) container.kill();
  }

  private start(container: k8s.Container, volumes: ReadonlyMap<string, string>): ContainerProcess {
    const { manifest, workspace, log, signal } = this.context;
    // Its own last: they win. Those of the others because the courier's environment has a part of the worker's command.
    const others = this.job.pod.containers.filter((one) => one !== container);
    const mounts = new Mounts(
      [...others, container]
        .flatMap(({ volumeMounts = [] }) => volumeMounts)
        .map(({ mountPath, name, subPath }) => [mountPath, join(volumes.get(name) ?? '', subPath ?? '')]),
    );
    for (const { name, subPath } of container.volumeMounts ?? []) {
      if (subPath) makeSubPath(join(volumes.get(name) ?? '', subPath));
    }
    const identity = { name: this.name, job: this.job.name };
    const overrides = this.context.overrides(this.job);
    const given = containerEnvironment(container, identity, manifest, mounts, overrides, log);
    const words = [...(container.command ?? []), ...(container.args ?? [])];
    const command = words.map((word) => expand(mounts.translate(word), given));
    if (!container.command?.length) {
      throw new Error(`Job ${this.job.name}, container ${container.name}: no command; a rehearsal has no image to ask`);
    }
    if (container.name !== ContainerName.WORKER && command[0] === 'node') command[0] = process.execPath;
    const terminationLog = join(workspace.dir, this.name, `${container.name}.termination-log`);
    return new ContainerProcess(
      terminationLog,
      {
        command,
        environment: { ...Object.fromEntries(given), [EnvName.TERMINATION_LOG]: terminationLog },
        cwd: workspace.folder(this.name, 'work', container.name),
      },
      workspace,
      join(this.name, container.name),
      (line) => {
        // What containers say while they are all killed one after the other misleads.
        if (!signal.aborted) log(`${this.name} ${container.name.padEnd(ContainerName.COURIER.length)} | ${line}`);
      },
    );
  }

  private async end(dir: string): Promise<PodEnd> {
    const ends = await Promise.all([...this.containers].map(async ([name, c]) => [name, await c.ended] as const));
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    return new Map(ends);
  }
}
