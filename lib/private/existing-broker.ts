import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import type { BrokerConnection, IBroker } from '../broker';
import { Env } from '../contract';
import type { ExistingRabbitMQProps } from '../existing-rabbitmq-props';
import { Check } from './check';
import { AMQP } from './rabbitmq-pod';

/** A broker of somebody else: nothing is made for it. */
export class ExistingBroker extends Construct implements IBroker {
  public readonly connection: BrokerConnection;
  public readonly namespace?: string;

  constructor(scope: Construct, id: string, props: ExistingRabbitMQProps) {
    super(scope, id);
    const check = new Check(`RabbitMQ.fromExisting '${this.node.path}'`);
    const { host, port, virtualHost = '/', usernameKey, passwordKey } = props;
    if (host !== undefined) check.host('host', host);
    if (port !== undefined) check.port('port', port);
    if (virtualHost === '') throw check.emptyVirtualHost('virtualHost');
    const hostKey = host === undefined ? (props.hostKey ?? 'host') : undefined;
    const portKey = host === undefined && port === undefined ? (props.portKey ?? 'port') : undefined;
    const at = [host ?? `$(${Env.BROKER_HOST})`, portKey === undefined ? (port ?? AMQP) : `$(${Env.BROKER_PORT})`];
    const path = virtualHost === '/' ? '' : encodeURIComponent(virtualHost);
    this.namespace = Chart.of(this).namespace;
    this.connection = {
      url: `amqp://${at.join(':')}/${path}`,
      credentials: props.secret,
      usernameKey,
      passwordKey,
      hostKey,
      portKey,
    };
  }
}
