import { sleep } from '../../lib/programs/time';
import { HEAVY, INFLICT, type Lasting, type World } from './inflict';
import type { Fault, FaultKind } from './plan';

export interface Storm {
  readonly next: () => Fault;
  /** So many faults, and no more. */
  readonly most: number;
  /** Called for each fault that met something. */
  readonly met: (fault: Fault) => void;
}

/** After a fault that met nothing another one takes its place. */
const A_MOMENT = 100;

/** Inflicts faults until there were enough or a signal says that it is over. Those that last have ended when this returns. */
export async function inflict(world: World, { next, most, met }: Storm, over: readonly AbortSignal[]): Promise<void> {
  const lasting = new Map<Promise<unknown>, FaultKind>();
  const isOver = () => over.some(({ aborted }) => aborted);
  const last = (kind: FaultKind, { milliseconds, end }: Lasting) => {
    const ended = sleep(milliseconds, ...over)
      .then(end)
      .finally(() => lasting.delete(ended));
    ended.catch(() => {}); // it is awaited at the end
    lasting.set(ended, kind);
  };
  try {
    for (let [faults, pause] = [0, true]; faults < most; ) {
      const fault = next();
      await sleep(pause ? fault.after : A_MOMENT, ...over);
      if (isOver()) break;
      pause = false;
      if (HEAVY.includes(fault.kind) && [...lasting.values()].some((kind) => HEAVY.includes(kind))) continue;
      const outcome = await INFLICT[fault.kind](world, fault);
      if (outcome === 'nothing there') continue;
      met(fault);
      faults++;
      pause = true;
      if (outcome !== 'over') last(fault.kind, outcome);
    }
  } finally {
    await Promise.all(lasting.keys());
  }
}
