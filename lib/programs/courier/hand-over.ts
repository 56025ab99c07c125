import { ItemHeader } from '../../contract/message-headers';
import { publishConfirmed } from '../amqp/publish';
import type { Session } from '../amqp/session';
import type { HeldItem } from './held-item';

/**
 * Another pod shall have the item, with the attempts that have failed so far: a copy goes into the queue and, when the broker
 * has confirmed it, the item is settled.
 *
 * Not `nack`: while there is a consumer the broker may push the item to it again at once, and the close that follows counts an
 * attempt (seen on 4.3.6; 3.x counts every nack). And cancelling the consumer first would make the queue look settled.
 *
 * The copy is no first delivery, so no pod counts it: where the broker dies before the ack, and does not know any more that it
 * had delivered the item (Apache Qpid Broker-J), the item itself comes as one once more.
 */
export async function handOver(session: Session, queue: string, item: HeldItem, attempts: number): Promise<void> {
  const headers: Record<string, string | number> = { [ItemHeader.ATTEMPTS]: attempts };
  const channel = await session.confirmChannel();
  await publishConfirmed(session, channel, queue, [item.copyWith(headers)]);
  await channel.close();
  await item.settleAndStop();
}
