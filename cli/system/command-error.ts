/** A command cannot do what it was asked to do. The message says what was given, why it cannot be and what to do. */
export class CommandError extends Error {
  override name = 'CommandError';
}
