import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Broker } from '../../../tools/programs/broker';
import type { LocalPod, LocalRun } from '../../../tools/programs/local-run';
import { ledger, useRuns } from '../../support/use-runs';

export { ledger };

/** Runs over classic queues, ended after each test. */
export function useClassicRuns(broker: () => Broker): (items: readonly string[]) => LocalRun {
  const { runOf } = useRuns(broker);
  return (items) => runOf({ items, queueType: 'classic' });
}

/** A program that writes its item into a ledger and then waits, with every item or this one, until the gate is open. */
export function gated(run: LocalRun, only?: string): { program: string[]; items: () => string[]; open: () => void } {
  const gate = join(run.folder, 'gate');
  return {
    ...ledger(run, `until [ -e ${gate} ]${only ? ` || [ "$item" != ${only} ]` : ''}; do sleep 0.1; done`),
    open: () => appendFileSync(gate, ''),
  };
}

/** Pods as a Job starts them: so many at a time, as many as there are completions. Their exit codes. */
export async function asJob(
  { parallelism, completions }: { parallelism: number; completions: number },
  start: () => LocalPod,
): Promise<(number | NodeJS.Signals)[]> {
  const codes: (number | NodeJS.Signals)[] = [];
  let left = completions;
  const slot = async () => {
    while (left-- > 0) codes.push(await start().exit());
  };
  await Promise.all(Array.from({ length: parallelism }, slot));
  return codes;
}
