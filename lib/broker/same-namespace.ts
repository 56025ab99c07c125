import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { IBroker } from './broker';

/** The pods of `user` need the broker's Secret, and a pod can only use a Secret of its own namespace. */
export function requireSameNamespace(context: string, user: Construct, what: string, broker: IBroker): void {
  const own = Chart.of(user).namespace;
  if (own !== broker.namespace) {
    throw new Error(
      `${context}: ${what} '${broker.node.path}' is in ${named(broker.namespace)}, this is in ${named(own)}, and pods cannot ` +
        'read a Secret of another namespace. Give both charts the same "namespace".',
    );
  }
}

function named(namespace: string | undefined): string {
  return namespace === undefined ? 'a chart without a namespace' : `namespace ${namespace}`;
}
