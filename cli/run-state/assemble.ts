import type { Pod } from '../kubernetes/objects';
import type { EventsView, HeldItem } from './events-view';
import type { ItemTexts } from './item-texts';
import { jobSummary, type WorkerSummary, workerSummary } from './job-summary';
import type { LedgerView } from './ledger-view';
import type { RunJobs } from './run-jobs';
import type { QueuesReading } from './run-queues';
import { type ItemAtWork, type ItemCounts, type Phase, type RunState, STATE_VERSION } from './run-state';
import { stuckPods } from './stuck-pods';
import { timeLeft } from './time-left';

/** How many items, failures and pods a state names. */
const NAMED = 5;

/** The rate is that over the last items. */
const RATE_ITEMS = 100;

/** All that is known of a run at a moment. */
export interface Observation {
  readonly namespace: string;
  readonly jobs: RunJobs;
  /** The pods of the run that have not ended. */
  readonly pods: readonly Pod[];
  readonly reading: QueuesReading;
  /** Whether the seeder's mark was seen. */
  readonly isSeeded: boolean;
  readonly ledger: LedgerView;
  /** Missing if they were not read: then it is not known what is at work. */
  readonly events?: EventsView;
  readonly texts?: ItemTexts;
  /** Why the worker Job or the seeder has failed. */
  readonly failure?: string;
  readonly queues?: readonly string[];
  readonly now: Date;
}

/** The state of a run, from what was observed. */
export function runState(observation: Observation): RunState {
  const { namespace, jobs, pods, reading, ledger, now } = observation;
  const seeder = jobs.seeder && jobSummary(jobs.seeder);
  const worker = jobs.worker && workerSummary(jobs.worker);
  const isFilled = seeder?.outcome === 'Complete' || ledger.records.count > 0 || observation.isSeeded;
  const phase = phaseOf({ seeder, worker, isFilled: isFilled || !seeder });
  const atWork = itemsAtWork(observation);
  const items = itemCounts(observation, atWork.length, isPodAtWorkCount(pods));
  const isEnded = phase === 'Complete' || phase === 'Failed';
  const text = (item: number) => {
    const found = observation.texts?.text(item);
    return found === undefined ? {} : { text: found };
  };
  return {
    version: STATE_VERSION,
    time: now.toISOString(),
    namespace,
    run: jobs.run,
    queue: jobs.queue,
    ...(jobs.chart !== undefined && { chart: jobs.chart }),
    phase,
    ...verdictOf(phase, observation, items),
    items,
    countedBy: reading.kind === 'missing' ? 'none' : reading.kind,
    ...noteOf(reading, isFilled),
    ...(isEnded ? {} : pace(observation, atWork, worker)),
    ...(seeder && { seeder }),
    ...(worker && { worker }),
    formerWorkers: jobs.formerWorkers.map(({ metadata }) => metadata?.name ?? ''),
    slowest: isEnded ? [] : atWork.slice(0, NAMED).map((held) => ({ ...held, ...text(held.item) })),
    stuckPods: stuckPods(pods, now).slice(0, NAMED),
    lastFailures: (observation.events?.lastFailures(NAMED) ?? [])
      .reverse()
      .map(({ kind: _, node: __, time, reason = '', ...failure }) => ({
        ...failure,
        ...text(failure.item),
        reason,
        time: new Date(time).toISOString(),
      })),
    deadLetters: ledger.deadLetters.map(({ item, description, pod }) => ({ item, description, pod })),
    ...(observation.queues && { queues: observation.queues }),
  };
}

interface PhaseFacts {
  readonly seeder: RunState['seeder'];
  readonly worker: RunState['worker'];
  readonly isFilled: boolean;
}

function phaseOf({ seeder, worker, isFilled }: PhaseFacts): Phase {
  if (worker?.outcome) return worker.outcome;
  if (!isFilled) return seeder?.outcome === 'Failed' ? 'Failed' : 'Seeding';
  if (!worker) return 'NoWorker';
  return worker.suspended ? 'Suspended' : 'Running';
}

function verdictOf(phase: Phase, { reading, failure }: Observation, items: ItemCounts): { verdict?: string } {
  if (phase === 'Failed') return { verdict: `Failed: ${failure ?? 'the reason is not known'}` };
  if (phase !== 'Complete') return {};
  const { total, done = 0, dead = 0 } = items;
  // The Job says that there is a record of each item, so numbers that contradict it are old.
  const isExact = done + dead === total && (reading.kind !== 'ledger' || reading.note === undefined);
  if (!isExact) return { verdict: `Complete: all ${total} items settled` };
  return {
    verdict: `Complete: ${done} of ${total} items done${dead > 0 ? `, ${dead} tolerated as dead letters` : ''}`,
  };
}

function noteOf(reading: QueuesReading, isFilled: boolean): { note?: string } {
  if (reading.kind !== 'missing') return reading.note === undefined ? {} : { note: reading.note };
  if (!isFilled) return { note: 'The seeder has not declared the queues yet' };
  return {
    note:
      'The queues of this run were deleted, so its items cannot be counted. To run the list again, give the QueueSeeder ' +
      'another runId and apply',
  };
}

/** The slowest first. A pod that has ended holds nothing, whatever its last event says. */
function itemsAtWork({ ledger, events, pods, now }: Observation): ItemAtWork[] {
  const active = new Set(pods.map(({ metadata }) => metadata?.name));
  const told: HeldItem[] = events?.heldItems((item) => ledger.records.has(item)) ?? [];
  const held = told.filter(({ pod }) => active.has(pod));
  return held
    .sort((a, b) => a.started - b.started)
    .map((item) => ({
      ...item,
      started: new Date(item.started).toISOString(),
      seconds: Math.max(0, (now.getTime() - item.started) / 1000),
    }));
}

/** Pods whose containers run. */
function isPodAtWorkCount(pods: readonly Pod[]): number {
  return pods.filter(({ status }) => status?.phase === 'Running').length;
}

function itemCounts({ jobs, reading, ledger, events }: Observation, held: number, runningPods: number): ItemCounts {
  const total = jobs.itemCount;
  if (reading.kind === 'queues') {
    const { waiting, dead } = reading;
    const rest = Math.max(0, total - waiting - dead);
    const atWork = jobs.worker && workerSummary(jobs.worker).outcome ? 0 : Math.min(runningPods, rest);
    return { total, done: rest - atWork, dead, atWork, waiting };
  }
  if (reading.kind !== 'ledger') return { total };
  const over = ledger.records.count;
  const settled = { total, done: ledger.doneCount, dead: ledger.records.deadCount };
  if (!events) return settled;
  const atWork = Math.min(held, total - over);
  return { ...settled, atWork, waiting: total - over - atWork };
}

/** How fast it goes, and how long it will take. */
function pace(
  { ledger, jobs, now }: Observation,
  atWork: readonly ItemAtWork[],
  worker: WorkerSummary | undefined,
): Pick<RunState, 'itemsPerSecond' | 'timeLeft'> {
  const ends = ledger.ends.slice(-RATE_ITEMS);
  const seconds = ends.length > 1 ? (now.getTime() - ends[0]) / 1000 : 0;
  const rate = seconds > 0 ? { itemsPerSecond: (ends.length - 1) / seconds } : {};
  const { span } = ledger;
  if (!worker || !span || worker.suspended) return rate;
  const atWorkSeconds = atWork.map((item) => item.seconds);
  const workers = Math.min(worker.parallelism, jobs.itemCount);
  const worked = ledger.totalSeconds + atWorkSeconds.reduce((sum, each) => sum + each, 0);
  const idle = (workers * (now.getTime() - span.from)) / 1000 - worked;
  const left = timeLeft({
    ...{ durations: ledger.durations, atWorkSeconds, workers },
    waiting: jobs.itemCount - ledger.records.count - atWork.length,
    gapSeconds: Math.max(0, idle / Math.max(1, ledger.doneCount)),
  });
  return { ...rate, ...(left && { timeLeft: left }) };
}
