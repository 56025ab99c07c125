import { askKubectl } from '../e2e/support/kubectl';
import type { Namespace } from '../e2e/support/namespace';
import type { Json, Run } from '../support/synth';

/** A pod whose containers run. */
export interface Target {
  readonly pod: string;
  /** The number of its node: 2 for `node-2`. */
  readonly node: number;
  /** The identifiers of the containers that run, by their names. */
  readonly containers: Readonly<Record<string, string>>;
}

/** What there is to hit. While the API server does not answer, it is what was there before. */
export class Targets {
  /** The runs that have not ended. */
  readonly runs = new Set<Run>();
  private last: Json[] = [];

  constructor(private readonly namespace: Namespace) {}

  workers(): Promise<Target[]> {
    return this.running('courier');
  }

  brokers(): Promise<Target[]> {
    return this.running('rabbitmq');
  }

  /** The pods in which this container runs. */
  private async running(container: string): Promise<Target[]> {
    const where = ['--namespace', this.namespace.name, '--request-timeout=4s'];
    const { status, stdout } = await askKubectl([...where, 'get', 'pods', '--output', 'json']);
    if (status === 0) this.last = JSON.parse(stdout).items;
    return this.last.map(target).filter((one) => container in one.containers);
  }
}

function target({ metadata, spec, status }: Json): Target {
  const running = (status.containerStatuses ?? []).filter(({ state }: Json) => state.running);
  return {
    pod: metadata.name,
    node: Number(spec.nodeName?.replace('node-', '')),
    containers: Object.fromEntries(
      running.map(({ name, containerID }: Json) => [name, containerID.replace(/^.*:\/\//, '')]),
    ),
  };
}
