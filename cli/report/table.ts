import { type Html, type HtmlValue, html } from './html';

export interface Table {
  /** What the table contains, for those who do not see where it stands. */
  readonly caption: string;
  readonly heads: readonly string[];
  /** The first cell of a row names it. Cells that are numbers are aligned as such. */
  readonly rows: readonly (readonly HtmlValue[])[];
}

/** A table that can be scrolled by keyboard if it is wider than the page. */
export function table({ caption, heads, rows }: Table): Html {
  const cells = (row: readonly HtmlValue[]) =>
    row.map((cell, n) => {
      const look = typeof cell === 'number' ? 'number' : 'words';
      const content = typeof cell === 'number' ? cell.toLocaleString('en-US') : cell;
      return n === 0
        ? html`<th scope="row" class="${look}">${content}</th>`
        : html`<td class="${look}">${content}</td>`;
    });
  return html`<div class="table" tabindex="0" role="group" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${cells(row)}</tr>
`,
  )}</tbody>
</table></div>`;
}
