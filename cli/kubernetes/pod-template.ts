import type { Container, EnvVar, Job, Volume } from './objects';

/** A container of a Job's pods. */
export function containerOf(job: Job, name: string): Container | undefined {
  return job.spec?.template.spec?.containers.find((container) => container.name === name);
}

export function variableOf(container: Container, name: string): EnvVar | undefined {
  return container.env?.find((variable) => variable.name === name);
}

export function volumeOf(job: Job, name: string): Volume | undefined {
  return job.spec?.template.spec?.volumes?.find((volume) => volume.name === name);
}
