import { join } from 'node:path';
import type { WorkItems } from '../lib';
import { relatedQueues } from '../lib/contract/queues';
import { type Broker, startRabbitMQ } from '../tools/programs/broker';
import { LocalRun } from '../tools/programs/local-run';
import { TestPrograms } from '../tools/programs/program-process';
import { type Measured, measuredProcess } from './measured-process';

export interface Seeding extends Measured {
  /** What the seeder says that the filling itself took, in milliseconds. */
  readonly filling: number;
}

/** A broker for a benchmark, and queues in it, each as long as it is measured. */
export class SeedingBench {
  static async use(work: (bench: SeedingBench) => Promise<void>): Promise<void> {
    const broker = await startRabbitMQ();
    console.log(broker.description);
    const programs = new TestPrograms();
    try {
      await work(new SeedingBench(broker, programs));
    } finally {
      programs.remove();
      await broker.stop();
    }
  }

  private constructor(
    readonly broker: Broker,
    private readonly programs: TestPrograms,
  ) {}

  /** Fills a queue by the seeder as it is built for the cluster. */
  seed(items: WorkItems): Promise<Seeding> {
    return this.withQueue(items, async (run) => {
      const env = { ...run.seederEnv, TERMINATION_LOG: join(run.folder, 'last-words') };
      const measured = await measuredProcess(['node', 'build/programs/seeder.js'], env);
      return { ...measured, filling: filling(measured.output) };
    });
  }

  /** The work queue that the seeder would fill, declared by itself, with nothing in it. */
  withEmptyQueue<T>(work: (queue: string) => Promise<T>): Promise<T> {
    return this.withQueue([], async (run) => {
      await run.seed();
      return work(run.queue);
    });
  }

  private async withQueue<T>(items: WorkItems | [], work: (run: LocalRun) => Promise<T>): Promise<T> {
    const run = new LocalRun(this.programs, this.broker.url, { items });
    try {
      return await work(run);
    } finally {
      const { dead, seeded } = relatedQueues(run.queue);
      await run.withBroker(async (model) => {
        const channel = await model.createChannel();
        for (const queue of [run.queue, dead, seeded]) await channel.deleteQueue(queue);
      });
      run.end();
    }
  }
}

const MILLISECONDS: Record<string, number> = { ms: 1, s: 1000, min: 60_000 };

/** It says `845 ms`, `8.4 s`, `45 s` or `3 min 20 s`. */
function filling(output: string): number {
  const [, words] = / filled with \d+ items? in ([^;]+);/.exec(output) ?? [];
  if (words === undefined) throw new Error(`the seeder does not say how long it took: ${output}`);
  const parts = [...words.matchAll(/([\d.]+) (ms|s|min)\b/g)];
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * MILLISECONDS[unit], 0);
}
