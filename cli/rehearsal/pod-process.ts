import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { after } from '../../lib/programs/runtime/time';
import type { Job } from '../manifest/manifest';
import type { ContainerEnd, ContainerProcess } from './container-process';
import { type RehearsalContext, startContainer } from './start-container';
import { Volumes } from './volumes';

export type PodEnd = ReadonlyMap<string, ContainerEnd>;

const DEFAULT_GRACE_SECONDS = 30;

/** A pod of a Job, with its containers as processes. It ends when all of them have ended. */
export class PodProcess {
  readonly name: string;
  readonly ended: Promise<PodEnd>;
  private readonly containers: ReadonlyMap<string, ContainerProcess>;

  /** @param index in an Indexed Job */
  constructor(
    private readonly job: Job,
    context: RehearsalContext,
    readonly index?: number,
  ) {
    const number = index === undefined ? '' : `-${index}`;
    this.name = `${job.name.slice(0, 57 - number.length)}${number}-${randomBytes(4).readUInt32BE().toString(36).padStart(5, '0').slice(-5)}`;
    const { name } = this;
    const dir = context.workspace.folder(name);
    const volumes = new Volumes(context.manifest, context.log).make(job.pod, context.workspace.folder(name, 'volumes'));
    const pod = { name, job, index, volumes };
    this.containers = new Map(job.pod.containers.map((each) => [each.name, startContainer(each, pod, context)]));
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

  private async end(dir: string): Promise<PodEnd> {
    const ends = await Promise.all([...this.containers].map(async ([name, c]) => [name, await c.ended] as const));
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    return new Map(ends);
  }
}
