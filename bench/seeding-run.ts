import { join } from 'node:path';
import type { WorkItems } from '../lib';
import { EnvName } from '../lib/contract/environment';
import { type QueueType, relatedQueues } from '../lib/contract/queues';
import { type Broker, startRabbitMQ } from '../tools/programs/broker';
import { LocalRun, type LocalRunOptions } from '../tools/programs/local-run';
import { TestPrograms } from '../tools/programs/program-process';
import { type Measured, measuredProcess } from './measured-process';

export interface Seeding extends Measured {
  /** What the seeder says that the filling itself took, in milliseconds. */
  readonly filling: number;
}

interface SeedOptions {
  readonly queueType?: QueueType;
  readonly queue?: string;
  /** What to do before the queue is deleted. */
  readonly whenFilled?: (run: LocalRun) => Promise<void>;
}

/** A broker for a benchmark, and queues in it, each as long as it is measured. */
export class SeedingBench {
  static async use<T>(work: (bench: SeedingBench) => Promise<T>, start = startRabbitMQ): Promise<T> {
    const broker = await start();
    console.log(broker.description);
    const programs = new TestPrograms();
    try {
      return await work(new SeedingBench(broker, programs));
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
  seed(items: WorkItems, { queueType, queue, whenFilled }: SeedOptions = {}): Promise<Seeding> {
    return this.withQueue({ items, queueType, queue }, async (run) => {
      // As in the cluster without a `runId`.
      const env = {
        ...run.seederEnv,
        [EnvName.RUN]: run.queue,
        [EnvName.TERMINATION_LOG]: join(run.folder, 'last-words'),
      };
      const measured = await measuredProcess(['node', 'build/programs/seeder.js'], env);
      await whenFilled?.(run);
      return { ...measured, filling: filling(measured.output) };
    });
  }

  /** The work queue that the seeder would fill, declared by itself, with nothing in it. */
  withEmptyQueue<T>(work: (queue: string) => Promise<T>): Promise<T> {
    return this.withQueue({ items: [] }, async (run) => {
      await run.seed();
      return work(run.queue);
    });
  }

  private async withQueue<T>(options: LocalRunOptions, work: (run: LocalRun) => Promise<T>): Promise<T> {
    const run = new LocalRun(this.programs, this.broker.url, options);
    try {
      return await work(run);
    } finally {
      await run.withBroker(async (model) => {
        const channel = await model.createChannel();
        for (const queue of [run.queue, ...Object.values(relatedQueues(run.queue))]) await channel.deleteQueue(queue);
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
