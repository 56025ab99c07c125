import { MAX_ARGUMENT_BYTES } from '../contract/limits';
import { isWellFormed } from './well-formed';

/** Why the text can be no argument of a Linux process, nor, with its name, a variable; nothing where it can. */
export function whyNoArgument(text: string): string | undefined {
  if (text.includes('\0') || !isWellFormed(text)) {
    return 'holds a NUL or half of a surrogate pair, which no argument or variable of a Linux process can';
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_ARGUMENT_BYTES) return undefined;
  return `has ${bytes} bytes; an argument or a variable, with its name, of a Linux process has at most ${MAX_ARGUMENT_BYTES}`;
}
