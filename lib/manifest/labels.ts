import { ApiObject, type ApiObjectMetadataDefinition, Chart } from 'cdk8s';
import { Workload } from 'cdk8s-plus-28';
import type { Construct, IConstruct } from 'constructs';
import { HASH_DIGITS } from '../contract/content-names';
import { Label, MANAGED_BY } from '../contract/labels';
import { isLabelValue } from '../validation/label-value';
import { contentHash } from './content-hash';
import { pathLabel } from './path-label';

/** Leaves space for `-` and a hash in the 63 characters of a label's value. */
const MAX_READABLE = 63 - 1 - HASH_DIGITS;

/**
 * Adds labels to an object or to pods. A label that is already there stays, because the user has set it: for the chart,
 * or in `podMetadata`.
 *
 * @param labels a value may be lazy, so that a label never becomes part of the name that it contains
 */
export function addLabels(metadata: ApiObjectMetadataDefinition, labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    if (metadata.getLabel(key) === undefined) metadata.addLabel(key, value);
  }
}

/**
 * Gives pods the labels that the user has set for their chart. cdk8s gives them to objects only. Call it before
 * {@link addLabels} adds others, so that a label of the user replaces the one of this package on pods too.
 */
export function addLabelsOfUser(pods: Workload): void {
  addLabels(pods.podMetadata, Chart.of(pods).labels);
}

/** Adds {@link chartLabels} to all objects that a construct has created so far, and to the pods of its workloads. */
export function labelWithChart(construct: Construct): void {
  for (const metadata of construct.node.findAll().flatMap(metadataOf)) addLabels(metadata, chartLabels(construct));
}

function metadataOf(construct: IConstruct): ApiObjectMetadataDefinition[] {
  if (ApiObject.isApiObject(construct)) return [construct.metadata];
  return construct instanceof Workload ? [construct.podMetadata] : [];
}

/** The label of everything in a chart: the id of the chart, or of a nested chart its path and a hash. */
export function chartLabels(construct: IConstruct): Record<string, string> {
  return { [Label.CHART]: labelValue(Chart.of(construct).node.path) };
}

/**
 * The labels that identify an object whose name contains a hash.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 *
 * `version` and `instance` of that page are missing. With its version in a label, each upgrade of this package would
 * restart the broker. And Argo CD may take an object for a part of the application that its label `instance` names:
 * https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 *
 * @param component what the object is for
 */
export function commonLabels(construct: Construct, component: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': pathLabel(construct),
    [Label.COMPONENT]: component,
    [Label.PART_OF]: chartLabels(construct)[Label.CHART],
    ...MANAGED_BY,
  };
}

/**
 * A string as the value of a label. If Kubernetes does not accept it, its start is kept as far as possible, and a hash
 * of all of it follows, so that no two strings have the same value.
 */
export function labelValue(text: string): string {
  if (isLabelValue(text)) return text;
  const readable = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, MAX_READABLE)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return [readable, contentHash(text)].filter((part) => part !== '').join('-');
}
