import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { synthError } from '../validation/synth-error';
import type { IBroker } from './broker';

/**
 * Requires that `user` is in the broker's namespace: its pods need the broker's Secret, and cannot use one of another.
 */
export function requireSameNamespace(context: string, user: Construct, what: string, broker: IBroker): void {
  const { namespace } = Chart.of(user);
  if (namespace === broker.namespace) return;
  throw synthError(
    context,
    `${what} '${broker.node.path}' is in ${named(broker.namespace)}, but this construct is in ${named(namespace)}, ` +
      'and pods cannot use a Secret of another namespace',
    'Give both charts the same "namespace".',
  );
}

function named(namespace: string | undefined): string {
  return namespace === undefined ? 'a chart without a namespace' : `namespace ${namespace}`;
}
