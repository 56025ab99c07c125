import { visible } from '../../lib/programs/runtime/visible';
import type { RunState } from '../run-state/run-state';
import type { Colors } from '../terminal/colors';
import { Screen } from '../terminal/screen';
import { render } from '../terminal/spans';
import { widthOf } from '../terminal/width';
import { changes } from '../view/run-line';
import { barLine, runScreen } from '../view/run-screen';

/** Where the states of runs are shown as they change. */
export interface Display {
  show(states: readonly RunState[]): void;
  /** The cluster does not answer. */
  trouble(message: string): void;
  end(): void;
}

/** The last state that was shown of each run, by its queue. */
type Shown = Map<string, RunState>;

/** One object a line, when something has changed. */
export class JsonDisplay implements Display {
  private readonly shown: Shown = new Map();

  constructor(private readonly print: (value: object) => void) {}

  show(states: readonly RunState[]): void {
    for (const state of states) {
      if (changes(this.shown.get(state.queue), state).length > 0) this.print(state);
      this.shown.set(state.queue, state);
    }
  }

  trouble(): void {}

  end(): void {}
}

/** A line for each change. */
export class LineDisplay implements Display {
  private readonly shown: Shown = new Map();
  private lastTrouble: string | undefined;

  constructor(private readonly print: (line: string) => void) {}

  show(states: readonly RunState[]): void {
    for (const state of states) {
      for (const line of changes(this.shown.get(state.queue), state)) this.print(line);
      this.shown.set(state.queue, state);
    }
    this.lastTrouble = undefined;
  }

  trouble(message: string): void {
    if (message !== this.lastTrouble) this.print(message);
    this.lastTrouble = message;
  }

  end(): void {}
}

/** A part of the terminal that is drawn again: all that is known of one run, or a line for each of several. */
export class ScreenDisplay implements Display {
  private readonly screen: Screen;
  private states: readonly RunState[] = [];

  constructor(
    terminal: NodeJS.WriteStream,
    private readonly colors: Colors,
    private readonly isOne: boolean,
  ) {
    this.screen = new Screen(terminal);
  }

  show(states: readonly RunState[]): void {
    this.states = states;
    this.draw([]);
  }

  trouble(message: string): void {
    this.draw([[{ text: message, style: 'yellow' }]]);
  }

  end(): void {
    this.screen.end();
  }

  private draw(more: Parameters<typeof render>[0][]): void {
    const { columns } = this.screen;
    const lines = this.isOne ? this.states.flatMap(runScreen) : this.overview();
    this.screen.draw([...more, ...lines].map((line) => render(line, this.colors, columns)));
  }

  private overview() {
    const nameColumns = Math.max(0, ...this.states.map(({ run }) => widthOf(run)));
    const notes = new Set(this.states.flatMap(({ note }) => note ?? []));
    const lines = this.states.map((state) => barLine(state, nameColumns));
    return [...lines, ...[...notes].map((note) => [{ text: visible(note), style: 'yellow' as const }])];
  }
}
