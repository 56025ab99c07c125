import { BrokerError, type Session } from './session';

/** What a queue holds, or what stands for the broker's answer. */
export async function lookOr<T extends string>(
  session: Session,
  queue: string,
  otherwise: Record<number, T>,
): Promise<{ ready: number } | T> {
  try {
    return await session.look(queue);
  } catch (error) {
    const answer = error instanceof BrokerError && error.code !== undefined ? otherwise[error.code] : undefined;
    if (answer === undefined) throw error;
    return answer;
  }
}
