import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Broker } from '../../support/broker';
import { TestPrograms } from '../../support/program-process';
import { type Pod, Run } from '../../support/run';

/** Runs over classic queues, ended after each test. */
export function useClassicRuns(broker: () => Broker): (items: readonly string[]) => Run {
  const programs = new TestPrograms();
  const runs: Run[] = [];
  afterAll(() => programs.remove());
  afterEach(() => {
    for (const run of runs.splice(0)) run.end();
  });
  return (items) => {
    const run = new Run(programs, broker().url, { items, queueType: 'classic' });
    runs.push(run);
    return run;
  };
}

/** A program that writes each item it is given into a ledger, and then does what `then` says. */
export function ledger(run: Run, then = ''): { program: string[]; items: () => string[] } {
  const file = join(run.folder, 'ledger');
  appendFileSync(file, '');
  return {
    program: ['sh', '-c', `item=$(cat); echo "$item" >>${file}; ${then}`],
    items: () => readFileSync(file, 'utf8').split('\n').filter(Boolean),
  };
}

/** A program that writes its item into a ledger and then waits, with every item or this one, until the gate is open. */
export function gated(run: Run, only?: string): { program: string[]; items: () => string[]; open: () => void } {
  const gate = join(run.folder, 'gate');
  return {
    ...ledger(run, `until [ -e ${gate} ]${only ? ` || [ "$item" != ${only} ]` : ''}; do sleep 0.1; done`),
    open: () => appendFileSync(gate, ''),
  };
}

/** Pods as a Job starts them: so many at a time, as many as there are completions. Their exit codes. */
export async function asJob(
  { parallelism, completions }: { parallelism: number; completions: number },
  start: () => Pod,
): Promise<(number | NodeJS.Signals)[]> {
  const codes: (number | NodeJS.Signals)[] = [];
  let left = completions;
  const slot = async () => {
    while (left-- > 0) codes.push(await start().exit());
  };
  await Promise.all(Array.from({ length: parallelism }, slot));
  return codes;
}
