import { sleep } from '../../lib/programs/runtime/time';
import { HEAVY, INFLICT, type Lasting, type World } from './faults';
import type { Fault } from './schedule';

export interface Injection {
  readonly next: () => Fault;
  /** Called for each fault that met something. */
  readonly met: (fault: Fault) => void;
}

/** After a fault that met nothing another one takes its place. */
const A_MOMENT = 100;

/** From the end of a heavy fault to the next: pods shall succeed between, see {@link Targets.workersToLose}. */
const CALM = 20_000;

/**
 * Inflicts faults until a signal says that it is over. Those that last have ended when this returns; it rejects where one of
 * them could not be ended.
 */
export async function inflict(world: World, { next, met }: Injection, over: readonly AbortSignal[]): Promise<void> {
  const lasting = new Set<Promise<unknown>>();
  let calm = 0;
  let stuck: unknown;
  const isOver = () => over.some(({ aborted }) => aborted);
  const last = ({ milliseconds, end }: Lasting) => {
    const ended = sleep(milliseconds, ...over)
      .then(end)
      .catch((error) => {
        stuck ??= error;
      })
      .finally(() => lasting.delete(ended));
    lasting.add(ended);
  };
  try {
    for (let pause = true; ; ) {
      const fault = next();
      await sleep(pause ? fault.after : A_MOMENT, ...over);
      if (isOver() || stuck) break;
      pause = false;
      const heavy = HEAVY.includes(fault.kind);
      if (heavy && performance.now() < calm) continue;
      const outcome = await INFLICT[fault.kind](world, fault);
      if (outcome === 'nothing there') continue;
      met(fault);
      pause = true;
      if (heavy) {
        world.targets.hit(world.targets.workers);
        calm = performance.now() + CALM + (outcome === 'over' ? 0 : outcome.milliseconds);
      }
      if (outcome !== 'over') last(outcome);
    }
  } finally {
    await Promise.all(lasting);
  }
  if (stuck) throw stuck;
}
