import { MAX_ARGUMENT_BYTES } from '../contract/limits';
import { isWellFormed } from './well-formed';

/**
 * Returns why the string cannot be an argument of a Linux process, or nothing if it can. For a variable, pass
 * `NAME=value`.
 */
export function whyNoArgument(text: string): string | undefined {
  if (text.includes('\0') || !isWellFormed(text)) {
    return 'contains a NUL or half of a surrogate pair, which no argument or variable of a Linux process can contain';
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_ARGUMENT_BYTES) return undefined;
  return (
    `has ${bytes} bytes; an argument of a Linux process, or a variable with its name, has at most ` +
    `${MAX_ARGUMENT_BYTES}`
  );
}
