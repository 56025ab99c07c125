/** Code that runs in a page, as text: these types know no browser. */

/** Resolves when the page is on the screen, with the milliseconds since it was asked for. */
export const PAINTED =
  'new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))))';

/** What a person gets who selects everything. */
export const SELECTED_TEXT = `(() => {
  document.getSelection().selectAllChildren(document.body);
  return String(document.getSelection());
})()`;

/** The beginning of each image, and of each part that takes the focus, that has no name of some length. */
export const NAMELESS = `(() => {
  const text = (id) => document.getElementById(id)?.textContent ?? '';
  const nameOf = (element) =>
    element.getAttribute('aria-label') ?? (element.getAttribute('aria-labelledby') ?? '').split(' ').map(text).join(' ');
  const parts = [...document.querySelectorAll('svg[role=img], [tabindex]')];
  return parts.filter((element) => nameOf(element).trim().length < 5).map(({ outerHTML }) => outerHTML.slice(0, 80));
})()`;

export interface Contrast {
  readonly selector: string;
  readonly ratio: number;
}

/**
 * The contrast between a property of the first element of each selector and what is behind it, by WCAG 2.1. A selector
 * that selects nothing is left out.
 */
export function contrasts(property: 'color' | 'fill', ...selectors: string[]): string {
  return `(() => {
    const luminance = (color) => {
      const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((value) => {
        const share = value / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      const { backgroundColor } = getComputedStyle(element);
      return element.ownerSVGElement === undefined && !/, 0\\)$/.test(backgroundColor) ? backgroundColor : behind(element.parentElement);
    };
    return ${JSON.stringify(selectors)}.flatMap((selector) => {
      const element = document.querySelector(selector);
      if (!element) return [];
      const own = luminance(getComputedStyle(element).getPropertyValue('${property}'));
      const other = luminance(behind(element));
      return [{ selector, ratio: (Math.max(own, other) + 0.05) / (Math.min(own, other) + 0.05) }];
    });
  })()`;
}
