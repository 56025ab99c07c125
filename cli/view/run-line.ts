import { quotedEnd } from '../../lib/programs/runtime/log';
import { visible } from '../../lib/programs/runtime/visible';
import { isOver, type RunState } from '../run-state/run-state';
import { lastLines } from '../system/last-lines';
import type { Line, Span } from '../terminal/spans';
import { countWords, itemName, paceWords } from './run-words';

/** A run in one line. */
function runLine(state: RunState): Line {
  const { run, verdict, items } = state;
  const words = verdict && isOver(state) ? verdict : `${state.phase}, ${countWords(items)}`;
  const pace = paceWords(state);
  return [
    { text: `${visible(run)}: `, style: 'bold' },
    { text: visible(words), style: phaseStyle(state) },
    { text: pace === '' ? '' : `; ${pace}`, style: 'dim' },
  ];
}

export function phaseStyle({ phase, items }: Pick<RunState, 'phase' | 'items'>): Span['style'] {
  if (phase === 'Complete') return 'green';
  if (phase === 'Failed') return 'red';
  if (phase === 'Running') return items.dead ? 'yellow' : 'cyan';
  return 'yellow';
}

/** What has changed since an earlier state: each a line, and how far the run is last. The pace alone is no change. */
export function changes(before: RunState | undefined, state: RunState): string[] {
  const { run } = state;
  const lines: string[] = [];
  if (state.note !== undefined && state.note !== before?.note) lines.push(`${run}: ${state.note}`);
  const known = new Set(before?.stuckPods.map(({ pod, reason }) => `${pod} ${reason}`));
  for (const { pod, reason } of state.stuckPods) {
    if (!known.has(`${pod} ${reason}`)) lines.push(`${run}: pod ${pod} is stuck: ${reason}`);
  }
  const failures = new Set(before?.lastFailures.map(({ item, time }) => `${item} ${time}`));
  for (const failure of [...state.lastFailures].reverse()) {
    if (failures.has(`${failure.item} ${failure.time}`)) continue;
    const said = lastLines(failure.stderr, 1).map((line) => `: ${quotedEnd(line)}`);
    lines.push(
      `${run}: ${itemName(failure)}: attempt ${failure.attempt} failed (${failure.reason}) in pod ${failure.pod}${said.join('')}`,
    );
  }
  if (before?.phase !== state.phase || countWords(before.items) !== countWords(state.items)) {
    lines.push(
      runLine(state)
        .map(({ text }) => text)
        .join(''),
    );
  }
  return lines.map((each) => visible(each));
}
