import { readFileSync } from 'node:fs';
import { which } from '../../cli/system/processes';
import { branchOf } from '../process-tree';
import { exitOf, RunFolder, startedId } from './run-folder';
import { killHalf, NUMBERS, type Site, type StartedRun, type Way, WORKERS, wayOf } from './way';

const site: Site = {
  open: async () => {
    if (!which('parallel')) throw new Error('GNU parallel is not installed (Debian: apt-get install parallel).');
  },
  close: async () => {},
};

/** GNU parallel on this machine: the items are arguments, and its log says how each of them has ended. */
export function gnuParallel(): Way {
  return wayOf({
    key: 'parallel',
    name: 'GNU parallel',
    site,
    faults: {
      'five jobs': ({ journal, main }) => killHalf(journal, (program) => branchOf(main, Number(program))),
    },
    start,
  });
}

/** A run whose jobs are the children of one process. */
interface ParallelRun extends StartedRun {
  readonly main: number;
}

async function start(): Promise<ParallelRun> {
  const folder = new RunFolder();
  const log = folder.path('log');
  const began = performance.now();
  const args = [`-j${WORKERS}`, '--joblog', log, 'sh', folder.program, ':::', ...NUMBERS.map(String)];
  const process = folder.spawn('parallel', args);
  const exit = exitOf(process);
  return {
    began,
    journal: folder.journal,
    main: startedId(process),
    end: async () => {
      const code = await exit;
      const verdict = `exit code ${code ?? 'none'}; in its log, ${failures(readFileSync(log, 'utf8'))}`;
      return code === undefined ? { verdict, hanging: 'its process' } : { verdict };
    },
    close: () => folder.close(),
  };
}

/** How many items have failed, and how, by the columns `Exitval` and `Signal` of the log. */
function failures(log: string): string {
  const [header, ...lines] = log.trimEnd().split('\n');
  const columns = header.split('\t');
  const jobs = lines.map((line) => {
    const cells = line.split('\t');
    return { exit: cells[columns.indexOf('Exitval')], signal: cells[columns.indexOf('Signal')] };
  });
  const failed = jobs.filter(({ exit, signal }) => exit !== '0' || signal !== '0');
  const ways = new Set(failed.map(({ exit, signal }) => (signal === '0' ? `exit code ${exit}` : `signal ${signal}`)));
  const how = failed.length > 0 ? ` (${[...ways].join(', ')})` : '';
  return `${failed.length} of ${jobs.length} have failed${how}`;
}
