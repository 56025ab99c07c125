import type { Json } from '../../../tools/synthesized-run';

/** Why such a container waits. */
export const NOT_CREATED = 'CreateContainerConfigError';

/**
 * A manifest whose Jobs have a container that takes its variables from a ConfigMap of its name, which is not there. For the
 * kubelet that is as an image that is not there: it goes on trying, and starts the other container meanwhile.
 */
export function waitingForConfigMap(container: string, objects: Json[]): Json[] {
  const changed: Json[] = JSON.parse(JSON.stringify(objects));
  const containers = changed.flatMap(({ kind, spec }) => (kind === 'Job' ? spec.template.spec.containers : []));
  for (const one of containers) if (one.name === container) one.envFrom = [{ configMapRef: { name: container } }];
  return changed;
}
