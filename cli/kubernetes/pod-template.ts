import { containerThatTakesItems } from '../../lib/contract/delivery';
import type { Container, EnvVar, Job, Volume } from './objects';

/** A container of a Job's pods. */
export function containerOf(job: Job, name: string): Container | undefined {
  return job.spec?.template.spec?.containers.find((container) => container.name === name);
}

/** The container of a worker Job's pods whose variables say what the Job does. */
export function settingsContainerOf(job: Job): Container | undefined {
  return containerOf(job, containerThatTakesItems(job.metadata?.labels));
}

export function variableOf(container: Container, name: string): EnvVar | undefined {
  return container.env?.find((variable) => variable.name === name);
}

export function volumeOf(job: Job, name: string): Volume | undefined {
  return job.spec?.template.spec?.volumes?.find((volume) => volume.name === name);
}
