const NOT_FOUND = 404;

/** Whether an error of amqplib says that there is no such queue. A queue whose node is away is a 404 too, and comes back. */
export function isMissing(error: unknown): boolean {
  const { code, message = '' } = error as { code?: number; message?: string };
  return code === NOT_FOUND && /\bno queue\b/i.test(message);
}
