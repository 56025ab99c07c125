/** What differs between two runs of the same commands, and a word in its place. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours of a terminal
  [/\u001b\[[\d;]*m/g, ''],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\b\w{3}, \d\d \w{3} \d{4} [\d:]{8} [+-]\d{4}/g, 'TIME'],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UID'],
  // The pods of an Indexed Job, and then those of other Jobs: a name ends in a hash of its content.
  [/\b([0-9a-f]{10}(-r\d+)?-\d+)-[a-z0-9]{5}\b/g, '$1-SUFFIX'],
  [/\b([0-9a-f]{10})-[a-z0-9]{5}\b/g, '$1-SUFFIX'],
  // Another version of the package has other hashes.
  [/-[0-9a-f]{10}\b/g, '-HASH'],
  [/\b(\d+ (h|min) )*\d+(\.\d+)? (ms|s)\b/g, 'DURATION'],
  [/\b(\d+[dhm])*\d+s\b|\b\d+m\b/g, 'DURATION'],
  [/\b\d{1,3}(\.\d{1,3}){3}\b/g, 'ADDRESS'],
  [/[ \t]+/g, ' '],
];

/** An output without what changes from run to run, so that the outputs of two runs can be compared. */
export function normalOutput(output: string): string {
  const replaced = CHANGING.reduce((text, [pattern, word]) => text.replace(pattern, word), output);
  const lines = replaced.split('\n').map((line) => line.trim());
  return lines.join('\n').trim();
}
