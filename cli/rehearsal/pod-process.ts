import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import { after } from '../../lib/programs/runtime/time';
import type { Workspace } from '../system/workspace';
import { type ContainerEnd, ContainerProcess } from './container-process';
import { containerEnvironment, type Overrides } from './environment';
import { expand } from './expansion';
import type { Job, Manifest } from './manifest';
import { Mounts } from './mounts';
import { makeSubPath, Volumes } from './volumes';

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

/** A pod of a Job, with its containers as processes. It ends when all of them have ended. */
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
    const volumes = new Volumes(context.manifest, context.log).make(
      job.pod,
      context.workspace.folder(this.name, 'volumes'),
    );
    for (const container of job.pod.containers) this.containers.set(container.name, this.start(container, volumes));
    this.ended = this.end(dir);
  }

  /** Asks the containers to end, and kills those that still run after the grace period. */
  async delete(): Promise<void> {
    for (const container of this.containers.values()) container.terminate();
    const grace = this.job.pod.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    const callOff = after(grace * 1000, () => this.kill());
    await this.ended;
    callOff();
  }

  kill(): void {
    for (const container of this.containers.values()) container.kill();
  }

  private start(container: k8s.Container, volumes: ReadonlyMap<string, string>): ContainerProcess {
    const { manifest, workspace, log, signal } = this.context;
    // The container's own mounts come last, so they win. The others are needed because the courier's environment has a part of the
    // worker's command.
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
    const given = containerEnvironment(container, { pod: identity, manifest, mounts, overrides, log });
    const words = [...(container.command ?? []), ...(container.args ?? [])];
    const command = words.map((word) => expand(mounts.translate(word), given));
    if (!container.command?.length) {
      throw new Error(
        `Job ${this.job.name}, container ${container.name}: the command is missing, and a rehearsal has no image that could name one. Set it in the chart`,
      );
    }
    if (container.name !== ContainerName.WORKER && command[0] === 'node') command[0] = process.execPath;
    const terminationLog = join(workspace.dir, this.name, `${container.name}.termination-log`);
    return new ContainerProcess({
      command,
      environment: { ...Object.fromEntries(given), [EnvName.TERMINATION_LOG]: terminationLog },
      cwd: workspace.folder(this.name, 'work', container.name),
      terminationLog,
      workspace,
      label: join(this.name, container.name),
      print: (line) => {
        // While all containers are killed one after the other, what they say misleads.
        if (!signal.aborted) log(`${this.name} ${container.name.padEnd(ContainerName.COURIER.length)} | ${line}`);
      },
    });
  }

  private async end(dir: string): Promise<PodEnd> {
    const ends = await Promise.all([...this.containers].map(async ([name, c]) => [name, await c.ended] as const));
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    return new Map(ends);
  }
}
