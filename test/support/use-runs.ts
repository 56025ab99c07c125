import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Broker } from '../../tools/programs/broker';
import { type LocalPod, LocalRun, type LocalRunOptions } from '../../tools/programs/local-run';
import { TestPrograms } from '../../tools/programs/program-process';
import { eventually } from '../../tools/until';

/**
 * Functions that start runs with the broker of a block of tests. Each run ends after its test. `seeded` also fills its
 * queue.
 */
export function useRuns(broker: () => Broker) {
  const programs = new TestPrograms();
  const runs: LocalRun[] = [];
  afterAll(() => programs.remove());
  afterEach(() => {
    for (const run of runs.splice(0)) run.end();
  });
  const runOf = (options: LocalRunOptions): LocalRun => {
    const run = new LocalRun(programs, broker().url, options);
    runs.push(run);
    return run;
  };
  const seeded = async (items: LocalRunOptions['items']): Promise<LocalRun> => {
    const run = runOf({ items });
    await run.seed();
    return run;
  };
  return { runOf, seeded };
}

/** A program that writes each of its items into a journal, and then runs the shell command `then`. */
export function journal(run: LocalRun, then = ''): { program: string[]; items: () => string[] } {
  const file = join(run.folder, 'journal');
  appendFileSync(file, '');
  return {
    program: ['sh', '-c', `item=$(cat); echo "$item" >>${file}; ${then}`],
    items: () => readFileSync(file, 'utf8').split('\n').filter(Boolean),
  };
}

/** A program that writes its item into a journal and then waits, with every item or this one, until the gate is open. */
export function gated(run: LocalRun, only?: string): { program: string[]; items: () => string[]; open: () => void } {
  const gate = join(run.folder, 'gate');
  return {
    ...journal(run, `until [ -e ${gate} ]${only ? ` || [ "$item" != ${only} ]` : ''}; do sleep 0.1; done`),
    open: () => appendFileSync(gate, ''),
  };
}

/** A pod in the middle of the first item of a run: its program does not end by itself. And the items that have begun. */
export async function podAtWork(
  run: LocalRun,
  env: Record<string, string> = {},
): Promise<{ pod: LocalPod; items: () => string[] }> {
  const { program, items } = journal(run, 'exec sleep 1000');
  const pod = run.pod(program, env);
  await eventually(() => items().length === 1);
  return { pod, items };
}
