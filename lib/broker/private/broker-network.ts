import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { Label } from '../../contract/labels';
import { Network } from '../network';
import { Port } from './broker-ports';

export interface BrokerNetworkProps {
  readonly brokerLabels: Record<string, string>;
  readonly clientLabels: Record<string, string>;
  /** The labels of the Job that creates the credentials. */
  readonly credentialsLabels: Record<string, string>;
  /** The namespaces of clients, in addition to the broker's namespace. */
  readonly clientNamespaces: readonly string[];
  /** The ports on which the broker serves AMQP. */
  readonly amqpPorts: readonly number[];
  readonly clustered: boolean;
  readonly metrics: boolean;
}

/**
 * The NetworkPolicies that say which pods may reach the nodes of a broker, and what its clients may reach. Nothing may
 * reach the clients and the credentials Job.
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
        podSelector: { matchLabels: { ...props.clientLabels, [Label.NETWORK]: Network.RESTRICTED } },
        // No rules for ingress: nothing connects to a seeder or a courier.
        policyTypes: ['Ingress', 'Egress'],
        egress: [{ to: [{ podSelector: nodes }], ports: amqp }, ...dns()],
      },
    });
    // The egress of this one stays open: it needs the API server, which no selector names.
    new k8s.KubeNetworkPolicy(this, 'Credentials', {
      spec: { podSelector: { matchLabels: props.credentialsLabels }, policyTypes: ['Ingress'] },
    });
  }
}

/**
 * Any address, because the DNS of a cluster may be a pod, or a cache on each node, and a pod may name a server of its
 * own. Policies apply to the port of the pod behind a Service, and the DNS pods of OpenShift listen on 5353.
 */
function dns(): k8s.NetworkPolicyEgressRule[] {
  const openShift = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } } };
  return [{ ports: [...udp(53), ...tcp(53)] }, { to: [openShift], ports: [...udp(5353), ...tcp(5353)] }];
}

function udp(port: number): k8s.NetworkPolicyPort[] {
  return [{ port: k8s.IntOrString.fromNumber(port), protocol: 'UDP' }];
}

function tcp(...ports: number[]): k8s.NetworkPolicyPort[] {
  return ports.map((port) => ({ port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' }));
}

function clusterPorts(): k8s.NetworkPolicyPort[] {
  const [tools, replication] = tcp(Port.FIRST_TOOL, Port.FIRST_REPLICATION);
  return [
    ...tcp(Port.EPMD, Port.DISTRIBUTION),
    { ...tools, endPort: Port.LAST_TOOL },
    { ...replication, endPort: Port.LAST_REPLICATION },
  ];
}
