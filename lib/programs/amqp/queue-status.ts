import { BrokerError, type QueueStatus, type Session } from './session';

/** The status of a queue, or what stands for the broker's refusal by its reply code. */
export async function queueStatusOr<T extends string>(
  session: Session,
  queue: string,
  otherwise: Record<number, T>,
): Promise<QueueStatus | T> {
  try {
    return await session.queueStatus(queue);
  } catch (error) {
    const answer = error instanceof BrokerError && error.code !== undefined ? otherwise[error.code] : undefined;
    if (answer === undefined) throw error;
    return answer;
  }
}
