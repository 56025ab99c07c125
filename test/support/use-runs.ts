import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Broker } from '../../tools/programs/broker';
import { LocalRun, type LocalRunOptions } from '../../tools/programs/local-run';
import { TestPrograms } from '../../tools/programs/program-process';

/** Runs over the broker of a block of tests, ended after each test; `seeded` are those whose queue is filled. */
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

/** A program that writes each item it is given into a ledger, and then does what `then` says. */
export function ledger(run: LocalRun, then = ''): { program: string[]; items: () => string[] } {
  const file = join(run.folder, 'ledger');
  appendFileSync(file, '');
  return {
    program: ['sh', '-c', `item=$(cat); echo "$item" >>${file}; ${then}`],
    items: () => readFileSync(file, 'utf8').split('\n').filter(Boolean),
  };
}
