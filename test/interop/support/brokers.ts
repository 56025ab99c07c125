import { type Broker, startRabbitMQ } from '../../../tools/programs/broker';
import { startBrokerJ } from './broker-j';

export interface BrokerKind {
  readonly name: string;
  start(): Promise<Broker>;
}

export const BROKER_J: BrokerKind = { name: 'Apache Qpid Broker-J', start: startBrokerJ };

/** Every test of the protocol runs on each of them, with classic queues. */
export const BROKERS: readonly BrokerKind[] = [BROKER_J, { name: 'RabbitMQ', start: startRabbitMQ }];
