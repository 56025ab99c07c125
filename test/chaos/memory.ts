import { readProcess } from '../../tools/cluster/faults';
import { newProcesses } from './machine';

const PROGRAMS = ['courier', 'seeder'] as const;
type ProgramName = (typeof PROGRAMS)[number];

interface Sample {
  readonly program: ProgramName;
  /** Since the process was first seen, in seconds. */
  readonly age: number;
  /** Of memory that the process has now, and has had at most, in megabytes. */
  readonly now: number;
  readonly peak: number;
}

/** Looks at the memory of our programs in the pods, from outside. */
export class Memory {
  private readonly processes = new Map<number, { readonly program: ProgramName; readonly since: number }>();
  private readonly samples: Sample[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(milliseconds: number) {
    this.timer = setInterval(() => this.look(), milliseconds);
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** For processes of each age, how many looks there were, and the median and the most of what they had. */
  rows(): (readonly (string | number)[])[] {
    return PROGRAMS.flatMap((program) =>
      AGES.map(([from, to]) => {
        const found = this.samples.filter((one) => one.program === program && one.age >= from && one.age < to);
        const sorted = found.map(({ now }) => now).sort((a, b) => a - b);
        const age = to === Number.POSITIVE_INFINITY ? `${from} s and older` : `${from} to ${to} s`;
        const most = Math.max(0, ...found.map(({ peak }) => peak));
        return [program, age, found.length, sorted[sorted.length >> 1]?.toFixed(0) ?? '', most ? most.toFixed(0) : ''];
      }),
    ).filter(([, , looks]) => looks !== 0);
  }

  private look(): void {
    for (const program of PROGRAMS) {
      for (const id of newProcesses(`/${program}.js`, new Set(this.processes.keys()))) {
        this.processes.set(id, { program, since: performance.now() });
      }
    }
    for (const [id, { program, since }] of this.processes) {
      const status = statusOf(id);
      if (!status) {
        this.processes.delete(id);
        continue;
      }
      this.samples.push({
        program,
        age: (performance.now() - since) / 1000,
        now: megabytes(status, 'VmRSS'),
        peak: megabytes(status, 'VmHWM'),
      });
    }
  }
}

const AGES = [
  [0, 5],
  [5, 30],
  [30, 60],
  [60, 120],
  [120, Number.POSITIVE_INFINITY],
] as const;

function statusOf(id: number): string | undefined {
  const status = readProcess(id, 'status');
  return status.includes('VmRSS') ? status : undefined; // a process that has ended and is not waited for has none
}

function megabytes(status: string, name: string): number {
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}
