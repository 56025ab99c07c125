import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { NETWORK_LABEL } from '../client-labels';
import { Network } from '../network';
import { Port } from './broker-ports';

export interface BrokerNetworkProps {
  readonly brokerLabels: Record<string, string>;
  readonly clientLabels: Record<string, string>;
  /** The namespaces of clients, in addition to the broker's namespace. */
  readonly clientNamespaces: readonly string[];
  /** The ports on which the broker serves AMQP. */
  readonly amqpPorts: readonly number[];
  readonly clustered: boolean;
  readonly metrics: boolean;
}

/**
 * The NetworkPolicies that say which pods may reach the nodes of a broker, and what its clients may reach.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export class BrokerNetwork extends Construct {
  constructor(scope: Construct, id: string, props: BrokerNetworkProps) {
    super(scope, id);
    const nodes = { matchLabels: props.brokerLabels };
    const clients = { matchLabels: props.clientLabels };
    const amqp = tcp(...props.amqpPorts);
    const clientsElsewhere = props.clientNamespaces.map((name) => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
      podSelector: clients,
    }));
    new k8s.KubeNetworkPolicy(this, 'Broker', {
      spec: {
        podSelector: nodes,
        policyTypes: ['Ingress'],
        ingress: [
          { from: [{ podSelector: clients }, ...clientsElsewhere], ports: amqp },
          ...(props.clustered ? [{ from: [{ podSelector: nodes }], ports: clusterPorts() }] : []),
          ...(props.metrics ? [{ ports: tcp(Port.METRICS) }] : []),
        ],
      },
    });
    new k8s.KubeNetworkPolicy(this, 'Clients', {
      spec: {
        podSelector: { matchLabels: { ...props.clientLabels, [NETWORK_LABEL]: Network.RESTRICTED } },
        policyTypes: ['Egress'],
        egress: [
          { to: [{ podSelector: nodes }], ports: amqp },
          // DNS at any address: a cluster's DNS may be a pod, or run on the nodes.
          { ports: [{ port: k8s.IntOrString.fromNumber(53), protocol: 'UDP' }, ...tcp(53)] },
        ],
      },
    });
  }
}

function tcp(...ports: number[]): k8s.NetworkPolicyPort[] {
  return ports.map((port) => ({ port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' }));
}

function clusterPorts(): k8s.NetworkPolicyPort[] {
  const [tools] = tcp(Port.FIRST_TOOL);
  return [...tcp(Port.EPMD, Port.DISTRIBUTION), { ...tools, endPort: Port.LAST_TOOL }];
}
