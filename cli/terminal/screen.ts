const ESCAPE = '\u001b[';
const HIDE_CURSOR = `${ESCAPE}?25l`;
const SHOW_CURSOR = `${ESCAPE}?25h`;
const CLEAR_LINE_END = `${ESCAPE}K`;
const CLEAR_BELOW = `${ESCAPE}J`;

/** A part of a terminal that is drawn again and again in the same place. */
export class Screen {
  private lines = 0;

  constructor(private readonly terminal: NodeJS.WriteStream) {
    terminal.write(HIDE_CURSOR);
  }

  get columns(): number {
    return this.terminal.columns || 80;
  }

  /** More lines would scroll, and could not be drawn over. */
  get rows(): number {
    return Math.max(1, (this.terminal.rows || 24) - 1);
  }

  /** Each line must fit into {@link columns}. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, this.rows);
    const home = this.lines > 0 ? `${ESCAPE}${this.lines}A` : '';
    const text = shown.map((line) => `${line}${CLEAR_LINE_END}\n`).join('');
    this.terminal.write(`${home}\r${text}${CLEAR_BELOW}`);
    this.lines = shown.length;
  }

  /** Leaves what is drawn, and gives the terminal back. */
  end(): void {
    this.terminal.write(SHOW_CURSOR);
  }
}
