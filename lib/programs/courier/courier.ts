import { ExitCode } from '../../contract/exit-codes';
import type { BrokerAddress } from '../amqp/broker-address';
import { findDeletedQueues } from '../amqp/deleted-queues';
import { overSessions } from '../amqp/reconnect';
import { BrokerError, type Session } from '../amqp/session';
import { type Ending, endingOf } from '../runtime/ending';
import { oneLine, plural } from '../runtime/log';
import { Patience } from '../runtime/patience';
import { sleep } from '../runtime/time';
import { countDeadLetters, writeDeadLetter } from './dead-letters';
import { handOver } from './hand-over';
import type { HeldItem } from './held-item';
import { type ItemOutcome, type RunSettings, runItem } from './item-run';
import { ItemSource } from './item-source';
import type { OwnItems } from './own-items';
import { awaitSeeded } from './seeded';
import { WorkerLink } from './worker-link';

export interface CourierSettings extends RunSettings, OwnItems {
  readonly broker: BrokerAddress;
  readonly exchangeFolder: string;
  readonly itemsPerPod: number;
  readonly toleratedFailures: number;
  readonly pod: string;
}

/**
 * From the creation of the worker's container: the kubelet gives the container runtime so long for it (`runtimeRequestTimeout`
 * in https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/).
 */
const WORKER_LIMIT_MS = 120_000;

/** The kubelet sends SIGTERM to the two containers of a pod at the same time, more or less. */
const OWN_SIGNAL_MS = 3000;

/**
 * The courier: takes items from the queue, has the worker's container run the program on them, and settles them.
 *
 * It ends with 0 only when it has finished `itemsPerPod` items whose first delivery came to it, or has seen that everything
 * is settled. So a Job of ceil(items / itemsPerPod) completions is Complete only when every item is done, and extra pods
 * end by what they see.
 */
export async function courier(settings: CourierSettings, leave: AbortSignal): Promise<Ending> {
  const worker = new WorkerLink(settings.exchangeFolder);
  const ended = await beCourier(settings, worker, AbortSignal.any([leave, worker.leave])).catch(endingOf);
  const ending = ended.code === ExitCode.LEFT ? await askedByKubelet(ended, leave) : ended;
  worker.quit(ending.code, oneLine(ending.sentence));
  return ending;
}

/**
 * The kubelet asks both containers of a pod to leave. Where it was only the worker's, the program may have sent its process 1
 * a signal, and would do so in the next pod: the Job has to count that.
 */
async function askedByKubelet(ending: Ending, leave: AbortSignal): Promise<Ending> {
  await sleep(OWN_SIGNAL_MS, leave);
  if (leave.aborted) return ending;
  const sentence = `${ending.sentence}; but only the worker's container got a SIGTERM: does the program send signals to process 1?`;
  return { code: ExitCode.TRY_AGAIN, sentence };
}

async function beCourier(settings: CourierSettings, worker: WorkerLink, leave: AbortSignal): Promise<Ending> {
  if (!(await worker.ready(WORKER_LIMIT_MS, leave))) {
    if (leave.aborted) return left('before the worker was there');
    return {
      code: ExitCode.TRY_AGAIN,
      sentence:
        "the worker's container was created, and did not come up within 2 minutes: has its image a /bin/sh? (kubectl describe pod)",
    };
  }
  const patience = new Patience();
  const tally = new Tally(settings.itemsPerPod);
  return overSessions(settings.broker, patience, leave, async (session) => {
    // It died under an item that the broker then lost: no other item may answer for that.
    if (worker.gone) return workerGone(tally);
    tally.newSession();
    if ((await awaitSeeded(session, settings.queue, patience, leave)) === 'left') return left(tally.text);
    try {
      return await workOnAll(session, settings, worker, tally, patience, leave);
    } catch (error) {
      throw error instanceof BrokerError ? ((await findDeletedQueues(session, settings.queue)) ?? error) : error;
    }
  });
}

/** Item after item, until the pod has done its part or there are no more. */
async function workOnAll(
  session: Session,
  settings: CourierSettings,
  worker: WorkerLink,
  tally: Tally,
  patience: Patience,
  leave: AbortSignal,
): Promise<Ending> {
  const source = new ItemSource(session, settings, patience, leave);
  for (;;) {
    const item = await source.next();
    if (item === 'left') return left(tally.text);
    if (item === 'settled') return verdict(session, settings, tally, leave);
    // All was well as long as the item was ours, however long that was.
    const outcome = await runItem(item, settings, worker, leave).finally(() => patience.well());
    const ending = await settle(item, outcome, source, session, settings, tally, leave);
    if (ending) return ending;
  }
}

/** What follows from an item's outcome. An ending where the pod has no more to do. */
async function settle(
  item: HeldItem,
  outcome: ItemOutcome,
  source: ItemSource,
  session: Session,
  settings: CourierSettings,
  tally: Tally,
  leave: AbortSignal,
): Promise<Ending | undefined> {
  switch (outcome.kind) {
    case 'done': {
      const full = tally.wouldBeFull(item);
      if (full || leave.aborted) {
        await item.settleAndStop();
        source.closed();
        tally.done(item);
      } else {
        tally.acked(item);
        item.settleAndGoOn(() => tally.proven(item));
      }
      if (full) return { code: ExitCode.DONE, sentence: tally.text };
      return leave.aborted ? left(tally.text) : undefined;
    }
    case 'failed':
      await writeDeadLetter(session, settings.queue, item, outcome.failure, settings.pod);
      await item.settleAndStop();
      source.closed();
      tally.deadLettered(item);
      return outcome.workerGone ? { code: ExitCode.ATTEMPT_COUNTED, sentence: tally.text } : undefined;
    case 'worker gone':
      await handOver(session, settings.queue, item, outcome.attempts);
      return { code: ExitCode.ATTEMPT_COUNTED, sentence: `${item.name}: ${outcome.reason}; another pod tries again` };
    case 'left':
      await handOver(session, settings.queue, item, outcome.attempts);
      return leave.aborted ? left(`${item.name} goes to another pod; ${tally.text}`) : workerGone(tally);
    case 'not handed over':
      await handOver(session, settings.queue, item, outcome.attempts);
      return { code: ExitCode.TRY_AGAIN, sentence: `${item.name}: ${outcome.reason}; another pod tries again` };
  }
}

/** Everything is settled. Whoever sees it counts the dead letters and says how the Job ends. */
async function verdict(session: Session, settings: CourierSettings, tally: Tally, leave: AbortSignal): Promise<Ending> {
  const { itemCount, toleratedFailures } = settings;
  const dead = await countDeadLetters(session, settings, toleratedFailures, leave);
  if (leave.aborted) return left(tally.text);
  const all = `all ${plural(itemCount, 'item')} settled:`;
  const done = `${itemCount - dead.items} done`;
  if (dead.count === 0) return { code: ExitCode.DONE, sentence: `${all} ${done}; this pod: ${tally.text}` };
  const letters = plural(dead.count, 'dead letter');
  const counted = dead.more ? `more than ${letters}` : `${done}, ${letters}`;
  const sentence = `${all} ${counted} (${toleratedFailures} tolerated): ${dead.names}`;
  return { code: dead.count > toleratedFailures ? ExitCode.TOO_MANY_DEAD_LETTERS : ExitCode.DONE, sentence };
}

/** The worker's container died, and no item answers for it. */
function workerGone(tally: Tally): Ending {
  return { code: ExitCode.TRY_AGAIN, sentence: `the worker's container died between two items; ${tally.text}` };
}

function left(what: string): Ending {
  return { code: ExitCode.LEFT, sentence: `asked to leave: ${what}` };
}

/** What this pod has done. */
class Tally {
  private counted = 0;
  /** Acknowledged, and as long as the connection is not lost they will be counted. */
  private soonCounted = 0;
  private readonly finished: string[] = [];
  private finishedCount = 0;
  private dead = 0;
  /** Messages that are no items of the run. */
  private others = 0;

  constructor(private readonly itemsPerPod: number) {}

  /** Whether the pod may end with success once this item is done, and the acks before it are proven. */
  wouldBeFull(item: HeldItem): boolean {
    return item.counts && this.counted + this.soonCounted + 1 >= this.itemsPerPod;
  }

  acked(item: HeldItem): void {
    if (item.counts) this.soonCounted++;
  }

  proven(item: HeldItem): void {
    if (item.counts) this.soonCounted--;
    this.done(item);
  }

  /** The acks of the session before that are not proven may not have been done. */
  newSession(): void {
    this.soonCounted = 0;
  }

  done(item: HeldItem): void {
    if (!item.own) {
      this.others++;
      return;
    }
    if (item.counts) this.counted++;
    this.finishedCount++;
    if (this.finished.length < 3) this.finished.push(item.name);
  }

  deadLettered(item: HeldItem): void {
    this.dead++;
    if (this.dead === 1) this.finished.push(`${item.name} as a dead letter`);
  }

  get text(): string {
    return this.others > 0 ? `${this.items}; also ${plural(this.others, 'message')} of somebody else` : this.items;
  }

  private get items(): string {
    const total = this.finishedCount + this.dead;
    if (total === 0) return 'no item done';
    const names = this.finished.join(', ');
    const deadText = this.dead > 0 ? `, ${plural(this.dead, 'dead letter')}` : '';
    return `${plural(this.finishedCount, 'item')} done${deadText}: ${names}${total > this.finished.length ? ', …' : ''}`;
  }
}
