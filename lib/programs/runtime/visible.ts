/**
 * What a terminal or a page obeys or hides instead of showing it: control characters, characters that change the direction of
 * text, other invisible ones, line separators, and halves of characters. The two joiners stay, because scripts and emoji need
 * them.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Of those, what a text of several lines consists of. */
const LAYOUT: readonly string[] = ['\n', '\t'];

/** A piece of a text. `isEscape`: it stands for a character that cannot be seen. */
export interface TextPiece {
  readonly text: string;
  readonly isEscape: boolean;
}

/** A text in which each character can be seen and does nothing. With `lines`, line ends and tabs stay. */
export function visible(text: string, { lines = false } = {}): string {
  return text.replace(UNSEEN, (character) => (lines && LAYOUT.includes(character) ? character : escapeOf(character)));
}

/** The same in pieces, for a reader who must be able to tell an escape from a text that looks like one. */
export function visiblePieces(text: string, { lines = false } = {}): TextPiece[] {
  const pieces: TextPiece[] = [];
  let from = 0;
  for (const { 0: character, index } of text.matchAll(UNSEEN)) {
    if (lines && LAYOUT.includes(character)) continue;
    if (index > from) pieces.push({ text: text.slice(from, index), isEscape: false });
    pieces.push({ text: escapeOf(character), isEscape: true });
    from = index + character.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isEscape: false });
  return pieces;
}

/** A value as JSON in which each character can be seen and does nothing. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, jsonEscape);
}

/** A text without what cannot be seen: a blank stands for it. */
export function withoutUnseen(text: string): string {
  return text.replace(UNSEEN, ' ');
}

/** At most so many characters, without half a character at the end. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The same from the other end: at most so many of the last characters. */
export function shortenedStart(text: string, max: number): string {
  if (text.length <= max) return text;
  return `…${text.slice(-max).replace(/^[\udc00-\udfff]/, '')}`;
}

const NAMES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return NAMES[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : jsonEscape(character));
}

/** JSON has no escape for a character of two units. */
function jsonEscape(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
