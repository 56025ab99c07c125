import { ContainerName } from '../../lib/contract/containers';
import { DeliveryName, Label } from '../../lib/contract/labels';
import type { Container, EnvVar, Job, Volume } from './objects';

/** A container of a Job's pods. */
export function containerOf(job: Job, name: string): Container | undefined {
  return job.spec?.template.spec?.containers.find((container) => container.name === name);
}

/** How the program of a worker Job gets the items, if there is no courier. */
export function deliveryOf({ metadata }: Pick<Job, 'metadata'>): DeliveryName | undefined {
  return Object.values(DeliveryName).find((each) => each === metadata?.labels?.[Label.DELIVERY]);
}

/** The container of a worker Job's pods whose variables say what the Job does. */
export function settingsContainerOf(job: Job): Container | undefined {
  return containerOf(job, deliveryOf(job) ? ContainerName.WORKER : ContainerName.COURIER);
}

export function variableOf(container: Container, name: string): EnvVar | undefined {
  return container.env?.find((variable) => variable.name === name);
}

export function volumeOf(job: Job, name: string): Volume | undefined {
  return job.spec?.template.spec?.volumes?.find((volume) => volume.name === name);
}
