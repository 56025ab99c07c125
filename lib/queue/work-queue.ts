import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { IBroker } from '../broker/broker';

/** What the pods of a Job ask of the queue that they work on. */
export interface WorkerNeeds {
  /** How long a pod may hold one item before it acknowledges it, all attempts and the waits between them together. */
  readonly holdItems: Duration;
}

/** The kinds of RabbitMQ queues. */
export enum QueueType {
  /**
   * Kept on disk, replicated where the broker has several nodes, and counts how often an item was delivered.
   * https://www.rabbitmq.com/docs/quorum-queues
   */
  QUORUM = 'quorum',

  /**
   * For brokers that have no quorum queues. It does not count deliveries: an item that kills its pods, or with which connections
   * are lost, does not become a dead letter after ten times, and the Job tries it until its `backoffLimit` or deadline.
   * https://www.rabbitmq.com/docs/classic-queues
   */
  CLASSIC = 'classic',
}

/** A queue of work items, of a number that is known at synth. */
export interface IWorkQueue extends IConstruct {
  /** The broker that has the queue. */
  readonly broker: IBroker;

  /**
   * The queue's name on the broker. It ends in a hash of the items, of the queue's arguments, which a worker may change, and
   * of `runId`: read it after all workers are there.
   */
  readonly queueName: string;

  /** How many items the queue is filled with. */
  readonly itemCount: number;

  /**
   * No item has more bytes. With it, a Job whose program takes the item as an argument can tell at synth that it cannot.
   *
   * @default - not known
   */
  readonly longestItemBytes?: number;

  /**
   * What tells this run from others over the same items.
   *
   * @default - none
   */
  readonly runId?: string;

  /**
   * A worker says what it needs, so that the queue can be declared for it. Workers of this package do it by themselves.
   *
   * @param needs what the worker's pods ask of the queue
   * @throws where the name of the queue depends on it and was read before
   */
  attachWorker(needs: WorkerNeeds): void;
}
