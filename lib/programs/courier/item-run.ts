import { constants as os } from 'node:os';
import { ProgramEnvName } from '../../contract/environment';
import { ATTEMPT_PAUSE_SECONDS, KILL_SECONDS } from '../../contract/limits';
import { DELIVERY_LIMIT } from '../../contract/queues';
import type { RunEvents } from '../events/run-events';
import { FinalError } from '../runtime/exit-status';
import { duration, log } from '../runtime/log';
import { BackOff, inTime, sleep } from '../runtime/time';
import type { Delivery } from './delivery';
import type { Failure } from './message';
import { ONLY_WORKER_SIGNALLED, type PodShutdown } from './pod-shutdown';
import { callLines, type ItemUse, unusable } from './program-call';
import { NotDelivered, type ProgramEnd, type WorkerLink } from './worker-link';

export interface RunSettings {
  readonly queue: string;
  readonly itemUse: ItemUse;
  readonly maxAttempts: number;
  readonly maxInterruptions: number;
  /** How the program ends if no other attempt could be better. */
  readonly permanentExitCodes: readonly number[];
  readonly itemTimeoutMs: number;
  /** From SIGTERM to SIGKILL, when the program has to stop and the pod goes on. */
  readonly graceMs: number;
  /** The part of it that the program has when the pod is terminated. In the rest the item is settled. */
  readonly shutdownGraceMs: number;
}

/** What has happened to an item in all pods so far. */
interface ItemHistory {
  /** Attempts that have failed. */
  readonly attempts: number;
  readonly interruptions: number;
}

/** What became of an item. */
export type ItemOutcome =
  | { readonly kind: 'done'; readonly attempt: number; readonly started: Date; readonly milliseconds: number }
  /** No attempts follow: the item becomes a dead letter. `workerDied`: the worker's container ended with it. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly workerDied: boolean }
  /** The worker's container died while it ran the item, or was terminated alone, and there are attempts left. */
  | ({ readonly kind: 'worker-died'; readonly reason: string } & ItemHistory)
  /** The item did not reach the worker's container: that is not an attempt, and this pod is of no more use. */
  | ({ readonly kind: 'not-delivered'; readonly reason: string } & ItemHistory)
  /** The pod was terminated before the program ended, which is an interruption, or before it began: that is not an attempt. */
  | ({ readonly kind: 'stopped' } & ItemHistory);

/** The queue itself drops an item soon after that, without a dead letter of ours. */
const MAX_LOST_DELIVERIES = DELIVERY_LIMIT - 5;

const KILL_MS = KILL_SECONDS * 1000;

/** How long an attempt goes on before its start is told. */
const TELL_START_MS = 200;

type AttemptEnd = ProgramEnd | 'timed-out' | 'stopped' | 'worker-terminated';

export interface RunContext {
  readonly settings: RunSettings;
  readonly worker: WorkerLink;
  readonly podShutdown: PodShutdown;
  readonly events: RunEvents;
}

/** The attempts of one item in this pod. */
export class ItemRun {
  private readonly settings: RunSettings;
  private readonly worker: WorkerLink;
  private readonly shutdown: PodShutdown;
  private readonly events: RunEvents;

  constructor(
    private readonly delivery: Delivery,
    { settings, worker, podShutdown, events }: RunContext,
  ) {
    this.settings = settings;
    this.worker = worker;
    this.shutdown = podShutdown;
    this.events = events;
  }

  /**
   * Runs the program on the item until it ends with 0, no attempts are left or a failure is permanent. The pod holds the item all the while, and a
   * failed attempt stays inside the pod on purpose: the Job controller holds back every new pod of a Job after a failed one.
   *
   * Throws the reason why the delivery is lost, after it has stopped the program, if the broker takes the item back.
   */
  async run(): Promise<ItemOutcome> {
    const { message } = this.delivery;
    const { interruptions } = message;
    if (interruptions >= this.settings.maxInterruptions || message.lostDeliveries >= MAX_LOST_DELIVERIES) {
      const reason = `interrupted ${interruptions} times: pods that had the item were terminated or died, or lost the broker`;
      log(`${message.name}: ${reason}; the item becomes a dead letter`);
      return this.neverRun(reason);
    }
    const reason = unusable(message.body, this.settings.itemUse);
    if (reason) {
      log(`${message.name}: ${reason}; the item becomes a dead letter`);
      return this.neverRun(reason);
    }
    const backOff = new BackOff(ATTEMPT_PAUSE_SECONDS.min * 1000, ATTEMPT_PAUSE_SECONDS.max * 1000);
    for (let attempt = message.attemptsBefore + 1; ; attempt++) {
      if (this.shutdown.signal.aborted || this.worker.gone) {
        return { kind: 'stopped', attempts: attempt - 1, interruptions };
      }
      const outcome = await this.attempt(attempt);
      if ('kind' in outcome) return outcome;
      const pause = backOff.next();
      log(`${outcome.failed}; trying again in ${duration(pause)}`);
      await sleep(pause, this.shutdown.signal, this.delivery.lost);
      if (this.delivery.lost.aborted) throw this.delivery.lost.reason;
    }
  }

  /** The outcome, or what has failed when there are attempts left. */
  private async attempt(attempt: number): Promise<ItemOutcome | { readonly failed: string }> {
    const { maxAttempts, permanentExitCodes } = this.settings;
    const { interruptions } = this.delivery.message;
    const started = new Date();
    const began = performance.now();
    // Not told at once: an item that is over by then would cost the broker a message more, and its record says it all.
    const told = setTimeout(() => this.events.started(this.delivery.message, attempt, started), TELL_START_MS);
    let end = await this.runProgram(attempt).finally(() => clearTimeout(told));
    if (end instanceof NotDelivered) {
      return { kind: 'not-delivered', reason: end.reason, attempts: attempt - 1, interruptions };
    }
    const milliseconds = performance.now() - began;
    const ended = new Date();
    const which = `${this.delivery.message.name}: attempt ${attempt} of ${maxAttempts}`;
    if (end === 0) {
      log(`${which} done after ${duration(milliseconds)}`);
      return { kind: 'done', attempt, started, milliseconds };
    }
    const terminated = this.shutdown.signal.aborted && end !== 'timed-out';
    if (terminated) log(`${which} stopped after ${duration(milliseconds)}: the worker's container was terminated`);
    // Also if the worker's container is gone: the kubelet stops both, and not at the same moment.
    if ((terminated || end === 'worker-died') && (await this.shutdown.isOfWholePod())) {
      log(`${this.delivery.message.name}: the pod was terminated; the item goes to another pod`);
      return { kind: 'stopped', attempts: attempt - 1, interruptions: interruptions + 1 };
    }
    // The program may have sent the signal, and would do so in every pod.
    if (terminated) end = 'worker-terminated';
    const isPermanent = typeof end === 'number' && permanentExitCodes.includes(end);
    const cause = this.cause(end);
    const reason = isPermanent ? `${cause.reason}, which is permanent` : cause.reason;
    const stderr = await this.worker.stderr.settled();
    const failure: Failure = { attempts: attempt, milliseconds, ...cause, reason, stderr };
    this.events.failed(this.delivery.message, { ...failure, ended });
    const workerDied = end === 'worker-died' || end === 'worker-terminated';
    const failed = `${which} failed (${failure.reason}) after ${duration(milliseconds)}`;
    if (attempt >= maxAttempts || isPermanent) {
      log(`${failed}; the item becomes a dead letter`);
      return { kind: 'failed', failure, workerDied };
    }
    if (!workerDied) return { failed };
    log(`${failed}; another pod tries again`);
    return { kind: 'worker-died', reason: failure.reason, attempts: attempt, interruptions };
  }

  private neverRun(reason: string): ItemOutcome {
    const failure = { reason, attempts: this.delivery.message.attemptsBefore, milliseconds: 0 };
    return { kind: 'failed', workerDied: false, failure };
  }

  private async runProgram(attempt: number): Promise<AttemptEnd> {
    const { delivery, settings, worker, shutdown } = this;
    const { message, lost } = delivery;
    if (lost.aborted) throw lost.reason;
    const variables = {
      [ProgramEnvName.RUN]: message.run ?? settings.queue,
      [ProgramEnvName.ITEM_ATTEMPT]: String(attempt),
      ...(message.index !== undefined && { [ProgramEnvName.ITEM_INDEX]: message.index }),
    };
    const ended = worker.run(message.body, callLines(variables, message.body, settings.itemUse));
    const end = await inTime(ended, settings.itemTimeoutMs, shutdown.signal, lost);
    if (end !== undefined) return end;
    if (lost.aborted) {
      // Another pod may have the item already. Whatever the program still does, it does in vain.
      log(`${message.name}: this pod no longer holds the item (${lost.reason.message}); stopping the program`);
      await this.stop(ended);
      throw lost.reason;
    }
    if (shutdown.signal.aborted) {
      // The kubelet tells the worker's container as well, so the program knows. It may still end with 0.
      return (await inTime(ended, settings.shutdownGraceMs, lost)) ?? 'stopped';
    }
    await this.stop(ended);
    return 'timed-out';
  }

  /** SIGTERM, the grace period, SIGKILL. */
  private async stop(ended: Promise<ProgramEnd>): Promise<void> {
    this.worker.term();
    if ((await inTime(ended, this.settings.graceMs)) !== undefined) return;
    this.worker.kill();
    if ((await inTime(ended, KILL_MS)) !== undefined) return;
    throw new FinalError(`the program has not ended ${duration(KILL_MS)} after SIGKILL`);
  }

  private cause(end: Exclude<AttemptEnd, NotDelivered>): Pick<Failure, 'reason' | 'exitCode' | 'signal'> {
    if (end === 'worker-died') return { reason: "the worker's container died (out of memory?)" };
    if (end === 'worker-terminated') return { reason: ONLY_WORKER_SIGNALLED };
    if (end === 'timed-out') {
      return { reason: `longer than itemTimeout (${duration(this.settings.itemTimeoutMs)})` };
    }
    const signal = typeof end === 'number' && end > 128 ? end - 128 : undefined;
    const name = signal && Object.entries(os.signals).find(([, number]) => number === signal)?.[0];
    if (name) return { reason: name, signal };
    return { reason: `exit ${end}`, exitCode: Number(end) };
  }
}
