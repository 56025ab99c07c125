/** How many patterns one with braces may stand for. */
const MAX_ALTERNATIVES = 1000;

/** Matches any folders, or none. */
export const ANY_FOLDERS = Symbol('**');

/** What a pattern requires of one name of a path. */
export type GlobPart = RegExp | typeof ANY_FOLDERS;

/**
 * Returns what each name of a path must match. Only `*` and `**` are special. As a part of a name, `**` is like `*`.
 *
 * @param pattern a pattern without braces, whose parts are separated by `/`
 */
export function globParts(pattern: string): GlobPart[] {
  const names = pattern.split('/').filter((name) => name !== '' && name !== '.');
  const parts = names.map((name) => (name === '**' ? ANY_FOLDERS : nameMatcher(name)));
  // What is below the folders is a file of any name.
  return parts.at(-1) === ANY_FOLDERS ? [...parts, nameMatcher('*')] : parts;
}

/** A name may contain any character, also a line end. One that begins with a dot matches only if the pattern has it. */
function nameMatcher(name: string): RegExp {
  const literals = name.split(/\*+/).map((literal) => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${name.startsWith('*') ? '(?!\\.)' : ''}${literals.join('[^]*')}$`);
}

/**
 * Returns the patterns that one with `{a,b}` stands for, or nothing if there are too many. As in a shell, braces may be
 * nested, and braces without a comma are ordinary characters.
 */
export function withoutBraces(pattern: string): string[] | undefined {
  let done = [''];
  for (let at = 0; at < pattern.length; ) {
    const braces = bracesAt(pattern, at);
    const choices = braces ? braces.alternatives.map(withoutBraces) : [[pattern[at]]];
    const next = choices.flatMap((choice) => choice ?? []);
    if (choices.includes(undefined) || done.length * next.length > MAX_ALTERNATIVES) return undefined;
    done = done.flatMap((start) => next.map((end) => start + end));
    at = braces ? braces.end : at + 1;
  }
  return done;
}

/** The alternatives of the braces that open at a place of the pattern, if they have a comma and are closed. */
function bracesAt(pattern: string, open: number): { alternatives: string[]; end: number } | undefined {
  if (pattern[open] !== '{') return undefined;
  const alternatives: string[] = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < pattern.length; at++) {
    if (pattern[at] === '{') depth++;
    if (pattern[at] === '}') depth--;
    if (depth === 0 || (depth === 1 && pattern[at] === ',')) {
      alternatives.push(pattern.slice(start, at));
      start = at + 1;
    }
    if (depth === 0) return alternatives.length > 1 ? { alternatives, end: at + 1 } : undefined;
  }
  return undefined;
}
