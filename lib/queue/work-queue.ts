import type { Duration } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { IBroker } from '../broker/broker';
import type { WorkItems } from '../items/work-items';

/** What the pods of a Job require of the queue that they work on. */
export interface WorkerNeeds {
  /**
   * How long a pod may hold an item before it acknowledges the item. This includes all attempts and the pauses between
   * them.
   */
  readonly holdItems: Duration;
}

/** The types of RabbitMQ queues. */
export enum QueueType {
  /**
   * A queue that is kept on disk, and is replicated if the broker has several nodes. It counts how often an item was
   * delivered. https://www.rabbitmq.com/docs/quorum-queues
   */
  QUORUM = 'quorum',

  /**
   * A queue for brokers that have no quorum queues. It does not count deliveries, so a pod that gets an item for the
   * second time first puts it back at the end of the queue, with the count in a header.
   * https://www.rabbitmq.com/docs/classic-queues
   */
  CLASSIC = 'classic',
}

/** A queue of work items. The number of items is known at synth. */
export interface IWorkQueue extends IConstruct {
  /** The broker that has the queue. */
  readonly broker: IBroker;

  /**
   * The queue's name on the broker. It ends in a hash of the items, of the queue's arguments and of `runId`. A worker
   * may change the arguments, so read the name after all workers are attached.
   */
  readonly queueName: string;

  /** How many items the queue is filled with. */
  readonly itemCount: number;

  /**
   * The items of the queue. A Job whose program gets fields of the items (`Program.field`) needs them to find out at
   * synth that an item has no such field.
   *
   * @default - unknown
   */
  readonly items?: WorkItems;

  /**
   * The length of the longest item in bytes. A Job whose program gets the item as an argument or a variable needs it to
   * find out at synth that an item is too long for that.
   *
   * @default - unknown
   */
  readonly longestItemBytes?: number;

  /**
   * Distinguishes this run from other runs of the same items.
   *
   * @default - none
   */
  readonly runId?: string;

  /**
   * Tells the queue what a worker needs, so that the queue is declared accordingly. Workers of this package call this
   * method themselves.
   *
   * @param needs what the worker's pods require of the queue
   * @throws if the needs change the name of the queue after it was read
   */
  attachWorker(needs: WorkerNeeds): void;
}
