import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../contract/containers';
import { itemTemplate } from '../../contract/item-templates';
import { synthError } from '../../validation/synth-error';

/** The first placeholder in a string, as the user has written it, or nothing if there is none. */
export function placeholderIn(text: string): string | undefined {
  const reference = itemTemplate(text)?.find((part) => typeof part !== 'string');
  if (reference === undefined) return undefined;
  return reference.field === undefined ? 'Program.ITEM' : `Program.field(${JSON.stringify(reference.field)})`;
}

/**
 * Requires that the pods of a worker have a placeholder only where the courier replaces it. Anywhere else, such as in
 * `workingDir`, the pods would have the placeholder itself.
 */
export function requireNoPlaceholder(context: string, pod: k8s.PodTemplateSpec): void {
  const containers = pod.spec?.containers.map((container) =>
    // Its command is where the courier replaces placeholders, and its variables are checked where they are known by name.
    container.name === ContainerName.WORKER ? { ...container, command: [], env: [] } : container,
  );
  const found = findString({ ...pod, spec: { ...pod.spec, containers } }, placeholderIn);
  if (!found) return;
  throw synthError(
    context,
    `${found.path} of its pods is ${JSON.stringify(found.text)}, but ${found.result} has a meaning only in the ` +
      "program's arguments and in the values of envVariables",
    'Pass it to the program in one of these.',
  );
}

interface Found {
  /** Such as `spec.containers.worker.workingDir`: an element of a list has its name, or else its position. */
  readonly path: string;
  readonly text: string;
  readonly result: string;
}

/** The first string in plain objects and lists for which there is a result. */
function findString(value: unknown, test: (text: string) => string | undefined, path = ''): Found | undefined {
  if (typeof value === 'string') {
    const result = test(value);
    return result === undefined ? undefined : { path, text: value, result };
  }
  // A value that is still lazy is not known yet.
  if (!Array.isArray(value) && value?.constructor !== Object) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const name = Array.isArray(value) && typeof inner?.name === 'string' ? inner.name : key;
    const found = findString(inner, test, path === '' ? name : `${path}.${name}`);
    if (found) return found;
  }
  return undefined;
}
