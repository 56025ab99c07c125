import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Check } from '../../validation/check';

/**
 * Requires that Kubernetes accepts the names of all objects in the construct. cdk8s derives names from the ids in a
 * path, and keeps characters that Kubernetes may refuse: dots, `_` and leading digits.
 */
export function requireNames(check: Check, construct: Construct): void {
  for (const object of objectsIn(construct)) check.generatedName(object.kind, object.name);
}

/**
 * Requires that no other object of the chart has the same kind, name and namespace: `kubectl apply` would apply both as
 * one object, and the last one in the manifest would win.
 */
export function requireNoTwin(check: Check, property: string, object: ApiObject): void {
  const key = ({ kind, metadata, name }: ApiObject) => JSON.stringify([kind, metadata.namespace, name]);
  const twins = objectsIn(Chart.of(object)).filter((each) => key(each) === key(object));
  if (twins.length === 1) return;
  const hint = `Give each ${object.kind} a different name, or omit this one, and cdk8s generates a name.`;
  throw check.conflict(
    property,
    JSON.stringify(object.name),
    `is the name of another ${object.kind} in the chart`,
    hint,
  );
}

function objectsIn(construct: Construct): ApiObject[] {
  return construct.node.findAll().filter((each) => ApiObject.isApiObject(each));
}
