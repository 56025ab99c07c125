/** The end of a text, of at most so many bytes in UTF-8, without a part of a character at its start. */
export function lastBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= max) return text;
  let start = bytes.length - max;
  // The bytes of a character after its first one are 10xxxxxx.
  while (start < bytes.length && (bytes[start] & 0xc0) === 0x80) start++;
  return bytes.subarray(start).toString();
}
