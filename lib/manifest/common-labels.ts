import type { Construct } from 'constructs';
import { pathLabel } from './path-label';

/** The label that says what an object is for: of a Job and its pods, the name of its container. */
export const COMPONENT_LABEL = 'app.kubernetes.io/component';

/**
 * The labels that identify an object whose name contains a hash.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 *
 * @param component what the object is for
 */
export function commonLabels(construct: Construct, component: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': pathLabel(construct),
    [COMPONENT_LABEL]: component,
    'app.kubernetes.io/managed-by': 'cdk8s-work-queue',
  };
}
