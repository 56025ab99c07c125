import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Check } from '../../validation/check';

/** cdk8s makes names of the ids in a path, and leaves in them what Kubernetes does not take: dots, `_` and digits in front. */
export function requireNames(check: Check, construct: Construct): void {
  for (const object of objectsIn(construct)) check.generatedName(object.kind, object.name);
}

/** Two objects of one kind, name and namespace are one for `kubectl apply`: the last one in the manifest. */
export function requireNoTwin(check: Check, property: string, object: ApiObject): void {
  const key = ({ kind, metadata, name }: ApiObject) => JSON.stringify([kind, metadata.namespace, name]);
  const twins = objectsIn(Chart.of(object)).filter((each) => key(each) === key(object));
  if (twins.length === 1) return;
  const hint = 'Give each another one, or leave it out for a name that cdk8s generates.';
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
