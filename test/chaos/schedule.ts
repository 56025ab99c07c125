import { QueueType } from '../../lib/index';
import { Random } from './random';

/** What breaks, and how often in comparison. A whole node, a broker or the API server keeps the others waiting for long. */
export const WEIGHTS = {
  'program fails': 80,
  'program killed': 80,
  'program out of memory': 30,
  'program hangs': 20,
  'program terminates process 1': 40,
  'shim killed': 70,
  'courier killed': 80,
  'courier killed when a program ends': 160,
  'courier killed when a program starts': 60,
  'pod deleted': 60,
  'pod deleted without grace': 60,
  'network dropped between pod and broker': 80,
  'broker killed': 20,
  'broker paused': 20,
  'broker deleted': 15,
  'broker out of memory': 20,
  'node cut off': 25,
  'node crashed': 25,
  'seeder killed': 20,
  'seeder run again': 25,
  'mark held by another client': 25,
  'dead letters held by another client': 25,
  'dead letters refused because of a policy': 25,
  'items refused because of a policy': 25,
  'seeded mark purged': 8,
  'settled mark purged': 12,
  'work queue purged': 6,
  'items expired by a policy': 10,
  'queue deleted': 6,
  'pool resized': 40,
  'API server paused': 12,
  'clock moved': 15,
} as const;

export type FaultKind = keyof typeof WEIGHTS;

/** Those after which the broker may lack messages of a run for good. Few: most of them end their run. */
export const LOSING: readonly FaultKind[] = ['work queue purged', 'items expired by a policy', 'queue deleted'];

/** All that chance decides on a fault: a seed has the same faults each time; what they meet is up to the cluster. */
export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds after the fault before it. */
  readonly after: number;
  /** Which of the pods, nodes or brokers that there are, from 0 to below 1. */
  readonly target: number;
  /** How long it lasts, or how late it comes, from 0 to below 1 of what is usual for its kind. */
  readonly size: number;
}

export interface JobPlan {
  /** The nodes of its broker, which it shares with the other Jobs that have so many. */
  readonly replicas: 1 | 3;
  readonly items: number;
  readonly itemSeconds: number;
  readonly itemsPerPod: number;
  readonly parallelism: number;
  /** If it is a pool: how many pods it has at first, in place of `parallelism` and `itemsPerPod`. */
  readonly workers?: number;
  readonly maxAttempts: number;
  readonly toleratedDeadLetters: number;
  readonly queueType: QueueType;
  /** Where its first seeder is killed while it fills the queue: as the size of a {@link Fault}. */
  readonly seederKilled?: number;
}

/** What a pod takes beside its items, roughly: for the number of items. */
const POD_SECONDS = 5;
const MEAN_PAUSE = 800;

/** The part of the Jobs that are pools. */
const POOLS = 1 / 3;

/** One of the Jobs of a chaos run, by its number; without faults it would take about so many seconds. */
export function scheduleJob(seed: number, number: number, seconds: number): JobPlan {
  const random = new Random(`${seed} job ${number}`);
  const replicas = random.oneOf([1, 1, 3] as const);
  // A pod that works for long meets a fault before its end, and a Job whose pods all fail waits longer each time; a pod that
  // has little to do costs more than its work.
  const [itemsPerPod, itemSeconds] = random.oneOf([
    [1, 5],
    [2, 3],
    [5, 1],
    [10, 0.5],
    [25, 0.2],
  ]);
  const parallelism = random.oneOf([2, 3, 4]);
  const pods = Math.ceil((seconds * parallelism) / (POD_SECONDS + itemsPerPod * itemSeconds));
  const items = pods * itemsPerPod - Math.floor(random.fraction() * itemsPerPod);
  return {
    replicas,
    items,
    itemSeconds,
    itemsPerPod,
    parallelism,
    maxAttempts: random.oneOf([1, 2, 3, 10]),
    toleratedDeadLetters: random.oneOf([0, 0, 1, items]),
    queueType: replicas === 1 && random.fraction() < 0.3 ? QueueType.CLASSIC : QueueType.QUORUM,
    ...(random.fraction() < 0.5 && { seederKilled: random.fraction() }),
    ...(random.fraction() < POOLS && { workers: random.oneOf([2, 3, 4]) }),
  };
}

export interface FaultOptions {
  /** Milliseconds between two faults; by chance if not given. */
  readonly pause?: number;
  /** Kinds that are left out. */
  readonly without?: readonly FaultKind[];
}

/** The faults of a chaos run, one after the other. */
export function scheduleFaults(seed: number, { pause, without = [] }: FaultOptions = {}): () => Fault {
  const random = new Random(`${seed} faults`);
  const kept = Object.entries(WEIGHTS).filter(([kind]) => !without.includes(kind as FaultKind));
  const weights = Object.fromEntries(kept) as Record<FaultKind, number>;
  return () => ({
    kind: random.weighted(weights),
    after: pause ?? MEAN_PAUSE * -Math.log(1 - random.fraction()),
    target: random.fraction(),
    size: random.fraction(),
  });
}
