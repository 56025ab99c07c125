import { Chart, type Size } from 'cdk8s';
import { Construct } from 'constructs';
import { EnvName } from '../../contract/environment';
import { Check } from '../../validation/check';
import { requireProps } from '../../validation/props';
import type { BrokerConnection, IBroker } from '../broker';
import type { ExistingRabbitMQProps } from '../existing-rabbitmq-props';
import { Port } from './broker-ports';

const NODES_HINT =
  'It is the number of nodes of the broker, each of which has an address of its own under the name of the host.';

/** A broker that this package does not manage: it creates no objects for it. */
export class ExistingBroker extends Construct implements IBroker {
  public readonly connection: BrokerConnection;
  public readonly namespace?: string;
  public readonly clientLabels?: { readonly [key: string]: string };
  public readonly maxMessageSize?: Size;

  constructor(scope: Construct, id: string, props: ExistingRabbitMQProps) {
    super(scope, id);
    requireProps(`RabbitMQ.fromExisting '${this.node.path}'`, 'ExistingRabbitMQProps', props);
    const check = new Check(`RabbitMQ.fromExisting '${this.node.path}'`);
    const { host, port, virtualHost = '/', usernameKey, passwordKey, tls, serverName, nodes } = props;
    if (host !== undefined) check.host('host', host);
    if (nodes !== undefined) check.wholeNumber('nodes', nodes, 1, NODES_HINT);
    if (port !== undefined) check.port('port', port);
    if (serverName !== undefined) check.host('serverName', serverName);
    if (virtualHost === '') throw check.emptyVirtualHost('virtualHost');
    const hostKey = host === undefined ? (props.hostKey ?? 'host') : undefined;
    const portKey = host === undefined && port === undefined ? (props.portKey ?? 'port') : undefined;
    const defaultPort = tls ? Port.AMQPS : Port.AMQP;
    const hostAndPort = [
      host ?? `$(${EnvName.BROKER_HOST})`,
      portKey === undefined ? (port ?? defaultPort) : `$(${EnvName.BROKER_PORT})`,
    ];
    const path = virtualHost === '/' ? '' : encodeURIComponent(virtualHost);
    this.namespace = Chart.of(this).namespace;
    this.clientLabels = props.clientLabels;
    this.maxMessageSize = props.maxMessageSize;
    this.connection = {
      url: `${tls ? 'amqps' : 'amqp'}://${hostAndPort.join(':')}/${path}`,
      credentials: props.secret,
      usernameKey,
      passwordKey,
      hostKey,
      portKey,
      trust: tls,
      serverName,
      nodes,
    };
  }
}
