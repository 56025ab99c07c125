import { ExitCode } from '../../contract/exit-codes';
import type { SettledMark } from '../ledger/settled-mark';
import type { ExitStatus } from '../runtime/exit-status';
import { plural } from '../runtime/log';
import type { CourierContext } from './courier-context';

/** How a pod ends by the settled mark. Each Job tolerates as many dead letters as it says, whoever has left the mark. */
export function verdict(mark: SettledMark, { settings, tally }: CourierContext): ExitStatus {
  const { toleratedDeadLetters: tolerated } = settings;
  const all = `all ${plural(mark.items, 'item')} settled: ${mark.done} done`;
  if (mark.dead === 0) return { code: ExitCode.DONE, message: `${all}; this pod: ${tally.text}` };
  const others = mark.dead - mark.sample.length;
  const names = [...mark.sample, ...(others > 0 ? [`and ${others} more`] : [])].join(', ');
  const message = `${all}, ${plural(mark.dead, 'dead letter')} (${tolerated} tolerated): ${names}`;
  return { code: mark.dead > tolerated ? ExitCode.TOO_MANY_DEAD_LETTERS : ExitCode.DONE, message };
}
