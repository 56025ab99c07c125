/** The ports of a RabbitMQ node. https://www.rabbitmq.com/docs/networking#ports */
export const Port = {
  AMQP: 5672,
  AMQPS: 5671,
  /** Erlang's port mapper: nodes find each other by it. */
  EPMD: 4369,
  /** Nodes talk to each other. */
  DISTRIBUTION: 25672,
  METRICS: 15692,
  /** The first and the last port of RabbitMQ's command line tools, on a node: what they ask, other nodes answer directly. */
  FIRST_TOOL: 35672,
  LAST_TOOL: 35682,
} as const;
