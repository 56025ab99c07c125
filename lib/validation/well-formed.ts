/** Where a text holds half of a surrogate pair it has no UTF-8 form: written, it would silently become another text. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
