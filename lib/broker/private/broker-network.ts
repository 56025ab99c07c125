import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { NETWORK_LABEL } from '../client-labels';
import { Network } from '../network';
import { Port } from './broker-ports';

export interface BrokerNetworkProps {
  readonly brokerLabels: Record<string, string>;
  readonly clientLabels: Record<string, string>;
  /** Besides the broker's own. */
  readonly clientNamespaces: readonly string[];
  /** Where AMQP is served. */
  readonly amqpPorts: readonly number[];
  readonly clustered: boolean;
  readonly metrics: boolean;
}

/**
 * Who may reach the nodes of a broker, and what its clients may reach.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export class BrokerNetwork extends Construct {
  constructor(scope: Construct, id: string, props: BrokerNetworkProps) {
    super(scope, id);
    const brokers = { matchLabels: props.brokerLabels };
    const clients = { matchLabels: props.clientLabels };
    const amqp = tcp(...props.amqpPorts);
    const elsewhere = props.clientNamespaces.map((name) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
      podSelector: clients,
    }));
    new k8s.KubeNetworkPolicy(this, 'Broker', {
      spec: {
        podSelector: brokers,
        policyTypes: ['Ingress'],
        ingress: [
          { from: [{ podSelector: clients }, ...elsewhere], ports: amqp },
          ...(props.clustered ? [{ from: [{ podSelector: brokers }], ports: amongNodes() }] : []),
          ...(props.metrics ? [{ ports: tcp(Port.METRICS) }] : []),
        ],
      },
    });
    new k8s.KubeNetworkPolicy(this, 'Clients', {
      spec: {
        podSelector: { matchLabels: { ...props.clientLabels, [NETWORK_LABEL]: Network.RESTRICTED } },
        policyTypes: ['Egress'],
        egress: [
          { to: [{ podSelector: brokers }], ports: amqp },
          // Wherever it is: a cluster's DNS may be a pod, or run on the nodes.
          { ports: [{ port: k8s.IntOrString.fromNumber(53), protocol: 'UDP' }, ...tcp(53)] },
        ],
      },
    });
  }
}

function tcp(...ports: number[]): k8s.NetworkPolicyPort[] {
  return ports.map((port) => ({ port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' }));
}

function amongNodes(): k8s.NetworkPolicyPort[] {
  const [tools] = tcp(Port.FIRST_TOOL);
  return [...tcp(Port.EPMD, Port.DISTRIBUTION), { ...tools, endPort: Port.LAST_TOOL }];
}
