/**
 * Whether the string has a form in UTF-8. A string that contains half of a surrogate pair has none: when written, it
 * would silently become another string.
 */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
