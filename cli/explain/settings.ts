import type { EnvName, ProgramEnvName } from '../../lib/contract/environment';
import type { Job } from '../manifest/manifest';

type Name = (typeof EnvName)[keyof typeof EnvName] | (typeof ProgramEnvName)[keyof typeof ProgramEnvName];

/** The variables that a container of a Job gets as values. */
export interface Settings {
  text(name: Name): string | undefined;
  number(name: Name): number | undefined;
}

export function settingsOf({ pod }: Job, containerName: string): Settings {
  const variables = pod.containers.find(({ name }) => name === containerName)?.env ?? [];
  const values = new Map(variables.map(({ name, value }) => [name, value]));
  const text = (name: Name) => values.get(name);
  return {
    text,
    number: (name) => {
      const value = Number(text(name));
      return Number.isNaN(value) ? undefined : value;
    },
  };
}
