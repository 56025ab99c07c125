/**
 * An error at synth, in the one shape that all of them have: where it is, what was given and why it cannot be, and what to do.
 *
 * @param context the construct's class and path, or the function that was called
 * @param problem what was given and why it cannot be, without a full stop
 * @param hint what to do, in full sentences
 */
export function synthError(context: string, problem: string, hint: string): Error {
  return new Error(`${context}: ${problem}. ${hint}`);
}
