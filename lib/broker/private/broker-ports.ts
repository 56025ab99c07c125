/** The ports of a RabbitMQ node. https://www.rabbitmq.com/docs/networking#ports */
export const Port = {
  AMQP: 5672,
  AMQPS: 5671,
  /** Erlang's port mapper, through which nodes find each other. */
  EPMD: 4369,
  /** The port on which nodes talk to each other. */
  DISTRIBUTION: 25672,
  METRICS: 15692,
  /** The first and the last port on which a node gets the records of streams from other nodes. */
  FIRST_REPLICATION: 6000,
  LAST_REPLICATION: 6500,
  /** The first and the last port of RabbitMQ's command line tools on a node. Other nodes answer the tools directly. */
  FIRST_TOOL: 35672,
  LAST_TOOL: 35682,
} as const;

export interface AmqpPort {
  /** The name of the container's port, by which the Services refer to it. */
  readonly name: string;
  readonly number: number;
}

/** The ports on which a node serves AMQP. */
export function amqpPorts(served: { readonly plaintext: boolean; readonly tls: boolean }): AmqpPort[] {
  return [
    ...(served.plaintext ? [{ name: 'amqp', number: Port.AMQP }] : []),
    ...(served.tls ? [{ name: 'amqps', number: Port.AMQPS }] : []),
  ];
}
