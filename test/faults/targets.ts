import type { Namespace } from '../e2e/support/namespace';
import type { Json, Run } from '../support/synth';
import { Watch } from './watch';

/** A pod whose containers run. */
export interface Target {
  readonly pod: string;
  /** The identifiers of the containers that run, by their names. */
  readonly containers: Readonly<Record<string, string>>;
}

/** What there is to hit. While the API server does not answer, it is what was there before. */
export class Targets {
  /** The runs that have not ended. */
  readonly runs = new Set<Run>();
  private readonly pods: Watch;

  constructor(namespace: Namespace) {
    this.pods = new Watch(namespace.name, 'pods');
  }

  close(): void {
    this.pods.stop();
  }

  /** The pods in which a courier runs. */
  get workers(): Target[] {
    return this.running('courier');
  }

  get brokers(): Target[] {
    return this.running('rabbitmq');
  }

  private running(container: string): Target[] {
    return this.pods.all.map(target).filter(({ containers }) => container in containers);
  }
}

function target({ metadata, status }: Json): Target {
  const running = (status.containerStatuses ?? []).filter(({ state }: Json) => state.running);
  return {
    pod: metadata.name,
    containers: Object.fromEntries(
      running.map(({ name, containerID }: Json) => [name, containerID.replace(/^.*:\/\//, '')]),
    ),
  };
}
