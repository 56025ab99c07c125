import { ItemHeader } from '../../lib/contract/message-headers';
import { relatedQueues } from '../../lib/contract/queues';
import { findDeletedQueues } from '../../lib/programs/amqp/deleted-queues';
import { type OutgoingMessage, Publisher, publishOne } from '../../lib/programs/amqp/publish';
import { BrokerError, type Session } from '../../lib/programs/amqp/session';
import { generationHeader, generationOf } from '../../lib/programs/ledger/generation';
import { Ledger } from '../../lib/programs/ledger/ledger';
import { retriedRecord, retryRecord } from '../../lib/programs/ledger/record';
import type { Records } from '../../lib/programs/ledger/records';
import { belongsToRun } from '../../lib/programs/ledger/run-items';
import { removeMark } from '../../lib/programs/ledger/settled-mark';
import { FinalError } from '../../lib/programs/runtime/exit-status';
import { visible } from '../../lib/programs/runtime/visible';
import type { BrokerLink } from '../broker-access/broker-link';
import { ConflictError } from '../kubernetes/api-error';
import type { Cluster } from '../kubernetes/cluster';
import type { Job } from '../kubernetes/objects';
import { type ItemTexts, readExactItems } from '../run-state/item-texts';
import { workerSummary } from '../run-state/job-summary';
import { requireRecords } from '../run-state/require-records';
import { jobsOf, RUN_JOBS, type RunJobs, retryNumberOf, runsOf } from '../run-state/run-jobs';
import { CommandError } from '../system/command-error';
import type { DeadLetter } from './dead-letter';
import { deathRecord } from './death-record';
import { type HeldLetter, heldLetters } from './held-letters';
import { HeldMessages } from './held-messages';
import { requireChangeable } from './require-changeable';
import { requireInactive } from './require-inactive';
import { retryJob } from './retry-job';
import { type ItemToPublish, key, needsQueue, type RetryChoice, type RetryPlan, retryPlan } from './retry-plan';
import { takeRunLock } from './run-lock';

/** What a retry has come to. */
export interface RetryResult {
  readonly plan: RetryPlan;
  /** The name of the new Job. */
  readonly job: string;
  readonly completions: number;
}

/**
 * Puts dead letters into the work queue again, and creates a Job for them, under the locks of seeders and couriers. Each step can
 * be the last one: another call finds out what is left to do. See `spec/retry.pml`.
 */
export class RetryRun {
  constructor(
    private readonly cluster: Cluster,
    private readonly link: BrokerLink,
    private readonly queue: string,
    private readonly choice: RetryChoice,
  ) {}

  /** Over one session, whose end frees the locks. */
  async retry(): Promise<RetryResult> {
    const session = await this.link.session();
    try {
      return await this.retryOver(session);
    } catch (error) {
      if (error instanceof FinalError) throw new CommandError(visible(error.message));
      throw error;
    } finally {
      await session.close();
    }
  }

  private async retryOver(session: Session): Promise<RetryResult> {
    const { queue } = this;
    await requireRetryable(session, queue);
    const { seedingLock, settlingLock, dead } = relatedQueues(queue);
    await takeRunLock(session, seedingLock, SEEDER_AT_WORK);
    await takeRunLock(session, settlingLock, RETRY_AT_WORK);
    // Now, because an earlier command may have created a Job until it freed the lock.
    const run = await this.run();
    requireRecords(run, 'To run the dead letters again, make a list of them, and a run of that list.');
    const former = requireInactive(run);
    const ledger = new Ledger(session, run, (record) => publishOne(session, relatedQueues(queue).ledger, record));
    await ledger.readToEnd();
    const held = await HeldMessages.take(session, dead);
    const letters = heldLetters(run, held);
    const plan = await this.plan(session, run, ledger.records, letters);
    const job = retryJob(former, plan.retry, plan.openCount);
    // Before anything is changed: the user may lack the right to create Jobs.
    await this.create(job, true);
    if (!plan.isFinishing) {
      const texts = plan.missing.length > 0 ? await itemsOf(this.cluster, run) : undefined;
      await this.fill({ session, run, records: ledger.records, letters, held, plan, texts });
      await held.close();
      await publishOne(session, relatedQueues(queue).ledger, retryRecord(run, plan.retry, job.metadata?.name ?? ''));
    }
    await this.create(job, false);
    return { plan, job: job.metadata?.name ?? '', completions: workerSummary(job).completions };
  }

  private async plan(
    session: Session,
    run: RunJobs,
    records: Records,
    letters: readonly DeadLetter[],
  ): Promise<RetryPlan> {
    const { ready: waiting } = await session.queueStatus(run.queue);
    const lastJob = Math.max(0, ...jobsOf(run).map(retryNumberOf));
    const facts = { records, letters, waiting, lastJob };
    if (!needsQueue(facts, this.choice)) return retryPlan(facts, this.choice);
    return retryPlan({ ...facts, queued: await readQueue(session, run) }, this.choice);
  }

  /** The items are in the queue again, and their dead letters are gone, when it resolves and `held` is closed. */
  private async fill({ session, run, records, letters, held, plan, texts }: Filling): Promise<void> {
    const { ledger } = relatedQueues(run.queue);
    const publisher = await Publisher.open(session);
    await publisher.publish(
      ledger,
      plan.unrecorded.map((letter) => deathRecord(run, letter)),
    );
    await removeMark(session, run.queue);
    await publisher.publish(
      ledger,
      plan.chosen.map((number) => retriedRecord(run, { number, generation: plan.retry })),
    );
    await publisher.publish(run.queue, messagesOf(run, plan.publish, texts));
    await publisher.close();
    const chosen = new Set(plan.chosen);
    for (const letter of letters) {
      const generation = chosen.has(letter.item) ? plan.retry : records.generation(letter.item);
      if (letter.generation < generation) held.ack(letter.message);
    }
  }

  private async create(job: Job, isTrial: boolean): Promise<void> {
    try {
      await this.cluster.createJob(job, { isTrial });
    } catch (error) {
      // A command that was stopped has asked for it: the name is that of this retry.
      if (!(error instanceof ConflictError)) throw error;
    }
  }

  private async run(): Promise<RunJobs> {
    const run = runsOf(await this.cluster.jobs(RUN_JOBS)).find(({ queue }) => queue === this.queue);
    if (run) return run;
    throw new CommandError(`The Jobs of queue ${this.queue} were deleted, so there is none to make a new one from`);
  }
}

interface Filling {
  readonly session: Session;
  readonly run: RunJobs;
  readonly records: Records;
  readonly letters: readonly HeldLetter[];
  readonly held: HeldMessages;
  readonly plan: RetryPlan;
  readonly texts: ItemTexts | undefined;
}

const SEEDER_AT_WORK =
  'The seeder of the run is at work, or another retry of this run is. Wait until it has ended, and run the command again';

const RETRY_AT_WORK =
  'Another retry of this run is at work, or a drop of its dead letters. Wait until it has ended, and run the command again';

/** Throws a `CommandError` if dead letters of the run cannot be retried, whatever the Jobs say. */
async function requireRetryable(session: Session, queue: string): Promise<void> {
  requireChangeable(session);
  const deleted = await findDeletedQueues(session, queue);
  if (deleted) throw deleted;
  const { seeded } = relatedQueues(queue);
  if ((await session.queueStatus(seeded)).ready > 0) return;
  throw new CommandError(
    `Queue ${seeded} has no mark: the seeder has not filled the queue of this run, or the mark was removed. ` +
      'Let the seeder end first: `kubectl get jobs` shows its state',
  );
}

async function readQueue(session: Session, run: RunJobs): Promise<Set<string>> {
  const held = await HeldMessages.take(session, run.queue);
  await held.close();
  const items = held.all.filter(({ properties }) => belongsToRun(run, properties));
  return new Set(items.map(({ properties }) => key(Number(properties.messageId), generationOf(properties.headers))));
}

function* messagesOf(
  run: RunJobs,
  items: readonly ItemToPublish[],
  texts: ItemTexts | undefined,
): Generator<OutgoingMessage> {
  for (const { item, generation, letter } of items) {
    const body = letter?.body ?? texts?.bytes(item);
    if (!body) throw new BrokerError(`item ${item} is not known`);
    yield { body, messageId: String(item), headers: { [ItemHeader.RUN]: run.run, ...generationHeader(generation) } };
  }
}

async function itemsOf(cluster: Cluster, { seeder }: RunJobs): Promise<ItemTexts> {
  if (seeder) return readExactItems(cluster, seeder);
  throw new CommandError(
    "The run's seeder Job was deleted, so the items that the broker has lost are not known. Apply the manifest of the run again",
  );
}
