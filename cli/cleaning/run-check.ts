import { relatedQueues } from '../../lib/contract/queues';
import { isDeleted } from '../../lib/programs/amqp/deleted-queues';
import { BrokerError, type Session } from '../../lib/programs/amqp/session';
import { plural } from '../../lib/programs/runtime/log';
import { jobSummary } from '../run-state/job-summary';
import type { Observer } from '../run-state/observer';
import { jobsOf, type RunJobs } from '../run-state/run-jobs';
import { queueNames } from '../run-state/run-queues';
import type { RunState } from '../run-state/run-state';
import { CommandError } from '../system/command-error';

/** Why a run is not deleted without `--force`. */
interface Objection {
  readonly kind: /** It has not ended. */
    | 'active'
    /** It has items without a record. */
    | 'unsettled'
    /** It is not known whether each of its items has a record. */
    | 'unknown';
  /** What is not settled. */
  readonly reason: string;
  /** What to do, beside `--force`. */
  readonly hint: string;
  /** What `--force` does. */
  readonly force: string;
}

/** A run, and what would be lost with it. */
export interface RunCheck {
  readonly run: RunJobs;
  readonly state: RunState;
  /** The queues that exist, in the order in which they are deleted. Undefined if the broker cannot be asked. */
  readonly queues: readonly string[] | undefined;
  readonly deadLetters: number;
  readonly objection?: Objection;
}

/** Checks runs by what the observer has listed. */
export async function checkRuns(observer: Observer, runs: readonly RunJobs[]): Promise<RunCheck[]> {
  const states = await observer.look(runs);
  const checks: RunCheck[] = [];
  for (const [n, run] of runs.entries()) checks.push(await checkRun(observer, run, states[n]));
  return checks;
}

async function checkRun(observer: Observer, run: RunJobs, state: RunState): Promise<RunCheck> {
  const active = activeObjection(run);
  try {
    const facts = await queueFacts(await observer.session(run), run.queue);
    const { queues, deadLetters } = facts;
    const objection = active ?? consumerObjection(facts) ?? recordObjection(state, facts);
    return { run, state, queues, deadLetters, ...(objection && { objection }) };
  } catch (error) {
    const objection = active ?? brokerObjection(error as Error);
    return { run, state, queues: undefined, deadLetters: 0, objection };
  }
}

/** What the broker says of the queues of a run. */
interface QueueFacts {
  readonly queues: readonly string[];
  readonly deadLetters: number;
  readonly consumers: number;
  /** Whether the work queue or the dead letters exist: without them there is nothing to lose. */
  readonly hasItems: boolean;
  readonly hasSettledMark: boolean;
}

/** What proves that a run is settled is deleted last, so that a command that was killed can be run again. */
function inOrderOfDeletion(queue: string): string[] {
  const { settled, ledger } = relatedQueues(queue);
  const last: readonly string[] = [settled, ledger];
  return [...queueNames(queue).filter((name) => !last.includes(name)), ...last];
}

async function queueFacts(session: Session, queue: string): Promise<QueueFacts> {
  const { dead, settled } = relatedQueues(queue);
  const queues: string[] = [];
  for (const name of inOrderOfDeletion(queue)) if (!(await isDeleted(session, name))) queues.push(name);
  const status = (name: string) =>
    queues.includes(name) ? session.queueStatus(name) : Promise.resolve({ ready: 0, consumers: 0 });
  return {
    queues,
    deadLetters: (await status(dead)).ready,
    consumers: (await status(queue)).consumers,
    hasItems: queues.includes(queue) || queues.includes(dead),
    hasSettledMark: (await status(settled)).ready > 0,
  };
}

function activeObjection(run: RunJobs): Objection | undefined {
  const active = jobsOf(run)
    .map(jobSummary)
    .filter(({ outcome }) => outcome === undefined);
  if (active.length === 0) return undefined;
  const names = active.map(({ name, suspended }) => `Job ${name} ${suspended ? 'is suspended' : 'has not ended'}`);
  return {
    kind: 'active',
    reason: names.join(', and '),
    hint: 'Wait until the run is over (`cdk8s-work-queue wait RUN`)',
    force: 'to stop it and give up what is not done',
  };
}

/** A run with the same queue in another namespace, or a client of somebody else. */
function consumerObjection({ consumers }: QueueFacts): Objection | undefined {
  if (consumers === 0) return undefined;
  return {
    kind: 'active',
    reason: `its Jobs have ended, but its work queue has ${plural(consumers, 'consumer')}`,
    hint: 'Wait until its pods have ended, and look for the same run in another namespace with the same broker',
    force: 'to delete the queue all the same',
  };
}

function recordObjection(state: RunState, { hasItems, hasSettledMark }: QueueFacts): Objection | undefined {
  if (!hasItems) return undefined;
  const { countedBy, note, phase, items } = state;
  const { total, done = 0, dead = 0 } = items;
  const missing = total - done - dead;
  if (countedBy === 'ledger' && note === undefined) return missing === 0 ? undefined : missingObjection(missing, total);
  // A worker Job is Complete only if each item has a record.
  if (phase === 'Complete' || hasSettledMark) return undefined;
  return {
    kind: 'unknown',
    reason: `it is not known whether its items are settled: ${note ?? 'its ledger cannot be read'}`,
    hint: 'Try again, or see how far it is with `cdk8s-work-queue status RUN`',
    force: 'to give up what may not be done',
  };
}

function missingObjection(missing: number, total: number): Objection {
  return {
    kind: 'unsettled',
    reason: `${missing} of its ${plural(total, 'item')} ${missing === 1 ? 'has' : 'have'} no record`,
    hint: '`cdk8s-work-queue verify RUN` names them; apply a worker Job that works on them',
    force: 'to give them up',
  };
}

function brokerObjection(error: Error): Objection {
  if (!(error instanceof CommandError || error instanceof BrokerError)) throw error;
  return {
    kind: 'unknown',
    reason: `its queues cannot be deleted: ${error.message}`,
    hint: 'If the broker exists, run the command again when it answers',
    force: 'to delete only what is in Kubernetes',
  };
}

/** In a sentence for the person at the terminal. */
export function objectionText({ run, state, objection }: RunCheck): string {
  if (!objection) return '';
  const { reason, hint, force } = objection;
  const advice = `${hint}, or \`cdk8s-work-queue clean RUN --force\` ${force}`.replaceAll('RUN', run.run);
  return `Run ${run.run} (${state.phase}) is not deleted: ${reason}. ${advice}`;
}

/** The queues that a broker which cannot be asked may have. */
export function possibleQueues({ run }: RunCheck): string[] {
  return inOrderOfDeletion(run.queue);
}
