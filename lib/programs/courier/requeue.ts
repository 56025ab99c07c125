import type { CopyPublisher } from './copy-publisher';
import type { Delivery } from './delivery';
import type { ItemHistory } from './item-run';

/**
 * Gives an item to another pod, with its history: publishes a copy to the queue and, when the broker has confirmed the copy,
 * settles the item. The copy goes to the end of the queue, so other items have their turn first.
 *
 * Not `nack`: while there is a consumer the broker may push the item to it again at once, and the close that follows counts an
 * attempt (seen on 4.3.6; 3.x counts every nack). And cancelling the consumer first would make the queue look settled.
 *
 * The copy is not a first delivery, so no pod counts it. If the broker dies before the ack, and no longer knows that it had
 * delivered the item (Apache Qpid Broker-J), the item itself comes as a first delivery once more.
 */
export async function requeue(
  copies: CopyPublisher,
  queue: string,
  delivery: Delivery,
  { attempts, interruptions }: ItemHistory,
): Promise<void> {
  await copies.publish(queue, delivery.message.requeued(attempts, interruptions), delivery);
  await delivery.ackAndClose();
}
