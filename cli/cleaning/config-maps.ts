import { MountPath } from '../../lib/contract/mount-paths';
import type { Job, Volume } from '../kubernetes/objects';

/** Where the ConfigMaps are mounted that this package creates for a run: no mount of a user may be there. */
const OWN_PATHS: readonly string[] = [MountPath.ITEMS, MountPath.PROGRAMS, MountPath.SCRIPT];

/** The names of the ConfigMaps that this package has created for a Job of a run. */
export function ownConfigMaps(job: Job): string[] {
  const { containers = [], volumes = [] } = job.spec?.template.spec ?? {};
  const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts ?? []);
  const names = mounts.filter(({ mountPath }) => OWN_PATHS.includes(mountPath)).map(({ name }) => name);
  return unique(volumes.filter(({ name }) => names.includes(name)).flatMap(sourcesOf));
}

/** The names of all ConfigMaps that the pods of a Job use. */
export function usedConfigMaps(job: Job): string[] {
  const { containers = [], initContainers = [], volumes = [] } = job.spec?.template.spec ?? {};
  const inVariables = [...initContainers, ...containers].flatMap(({ env = [], envFrom = [] }) => [
    ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
    ...envFrom.map(({ configMapRef }) => configMapRef?.name),
  ]);
  return unique([...volumes.flatMap(sourcesOf), ...inVariables.filter((name) => name !== undefined)]);
}

function sourcesOf({ configMap, projected }: Volume): string[] {
  const projections = projected?.sources?.map((source) => source.configMap?.name) ?? [];
  return [configMap?.name, ...projections].filter((name) => name !== undefined);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
