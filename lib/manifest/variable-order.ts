import type { k8s } from 'cdk8s-plus-28';
import { byName } from './by-name';

/**
 * Returns the variables of a container in an order that does not depend on the order in which they come. They are
 * sorted by name, but each variable comes after those that its value refers to, because Kubernetes expands `$(NAME)`
 * only if `NAME` comes before. In a circle of references, no order lets Kubernetes expand all of them, and the
 * variables are sorted by name alone.
 */
export function orderedVariables(variables: readonly k8s.EnvVar[]): k8s.EnvVar[] {
  const sorted = new Map(byName(Object.fromEntries(variables.map((variable) => [variable.name, variable]))));
  const references = new Map([...sorted].map(([name, { value }]) => [name, namesIn(value)]));
  const reached = new Map([...sorted.keys()].map((name) => [name, reachedFrom(name, references)]));
  const refersTo = (name: string, other: string) => reached.get(name)?.has(other) === true;
  const ordered = new Map<string, k8s.EnvVar>();
  const add = (name: string, variable: k8s.EnvVar) => {
    if (ordered.has(name)) return;
    for (const [other, before] of sorted) {
      if (refersTo(name, other) && !refersTo(other, name)) add(other, before);
    }
    ordered.set(name, variable);
  };
  for (const [name, variable] of sorted) add(name, variable);
  return [...ordered.values()];
}

/** All names that a variable refers to, directly or by other variables. */
function reachedFrom(name: string, references: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const follow = (from: string) => {
    for (const next of references.get(from) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      follow(next);
    }
  };
  follow(name);
  return reached;
}

/**
 * The names in the references of a value. `$$` is a dollar sign, so `$$(NAME)` is no reference.
 * https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go
 */
function namesIn(value: unknown): string[] {
  const text = produced(value);
  if (typeof text !== 'string') return [];
  return [...text.matchAll(/\$(?:\$|\(([^)]*)\))/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** A value that is still lazy is produced. */
function produced(value: unknown): unknown {
  const lazy = value as { produce?: () => unknown } | undefined;
  return typeof lazy?.produce === 'function' ? produced(lazy.produce()) : value;
}
