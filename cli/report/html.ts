import { visible, visiblePieces } from '../../lib/programs/runtime/visible';

/** Text that is markup. Everything else becomes markup by {@link html}, which escapes it. */
export class Html {
  constructor(readonly markup: string) {}
}

export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

/** Markup with values in it. Strings are text on one line, whatever they contain. */
export function html(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(parts.map((part, n) => part + (n < values.length ? markupOf(values[n]) : '')).join(''));
}

/** A text that others have written: in it, what cannot be seen is visible, and it changes no direction around it. */
export function data(text: string, { lines = false } = {}): Html {
  const pieces = visiblePieces(text, { lines }).map(({ text, isEscape }) =>
    isEscape ? `<span class="escape">${escaped(text)}</span>` : escaped(text),
  );
  return new Html(`<bdi class="data">${pieces.join('')}</bdi>`);
}

/** A value as JSON that may stand in a `script` element. */
export function json(value: unknown): Html {
  return new Html(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, unicodeEscape));
}

function markupOf(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (value === undefined) return '';
  if (typeof value === 'object') return value.map(markupOf).join('');
  return escaped(visible(String(value)));
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
