import { constants as os } from 'node:os';
import { ProgramEnv } from '../../contract/environment';
import { FinalError } from '../runtime/ending';
import { duration, log } from '../runtime/log';
import { backOff, inTime, sleep } from '../runtime/time';
import { callLines, type ItemUse, unusable } from './call';
import type { HeldItem } from './held-item';
import { NotHandedOver, type ProgramEnd, type WorkerLink } from './worker-link';

export interface RunSettings {
  readonly queue: string;
  readonly itemUse: ItemUse;
  readonly maxAttempts: number;
  readonly itemTimeoutMs: number;
  /** From SIGTERM to SIGKILL, where the program has to stop and the pod goes on. */
  readonly graceMs: number;
  /** The part of it that the program has where the pod has to go. In the rest the item is settled. */
  readonly leaveMs: number;
}

/** Why an item's last attempt failed: what its dead letter says. */
export interface Failure {
  readonly reason: string;
  readonly attempts: number;
  readonly milliseconds: number;
  readonly exitCode?: number;
  readonly signal?: number;
  /** The end of what it wrote to standard error. */
  readonly stderr?: string;
}

/** What became of an item. */
export type ItemOutcome =
  | { readonly kind: 'done'; readonly attempt: number }
  /** Out of attempts: it becomes a dead letter. `workerGone`: the worker's container died of it. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly workerGone: boolean }
  /** The worker's container died under the item, and there are attempts left. */
  | { readonly kind: 'worker gone'; readonly reason: string; readonly attempts: number }
  /** The item could not be handed to the worker's container: that is no attempt, and this pod is of no use any more. */
  | { readonly kind: 'not handed over'; readonly reason: string; readonly attempts: number }
  /** The program did not end because the pod was asked to leave, or did not begin: that is no attempt. */
  | { readonly kind: 'left'; readonly attempts: number };

/**
 * An item may be what kills its pods. It may as well be innocent: a rolling restart of a broker of five nodes can take the
 * connection from under it five times, while 20 is where the queue itself drops it.
 */
const MOST_LOST_DELIVERIES = 10;

/** A killed program that does not end within this cannot end (it may hang in the kernel). */
const KILLED_LIMIT_MS = 30_000;

/**
 * Runs the program on the item until it ends with 0 or is out of attempts. The item is held all the while, and a failed
 * attempt stays inside the pod on purpose: the Job controller holds back every new pod of a Job after a failed one.
 *
 * Throws the item's `lost` reason, after it has stopped the program, where the broker takes the item back.
 */
export async function runItem(
  item: HeldItem,
  settings: RunSettings,
  worker: WorkerLink,
  leave: AbortSignal,
): Promise<ItemOutcome> {
  const { maxAttempts } = settings;
  if (item.lostDeliveries >= MOST_LOST_DELIVERIES) {
    return neverRun(item, `${item.lostDeliveries} pods or connections that had the item died`);
  }
  const reason = unusable(item.body, settings.itemUse);
  if (reason) {
    log(`${item.name}: ${reason}; it becomes a dead letter`);
    return neverRun(item, reason);
  }
  const pause = backOff(1000, 60_000);
  for (let attempt = item.attemptsBefore + 1; ; attempt++) {
    if (leave.aborted || worker.gone) return { kind: 'left', attempts: attempt - 1 };
    const began = Date.now();
    const end = await runOnce(item, attempt, settings, worker, leave);
    if (end instanceof NotHandedOver) return { kind: 'not handed over', reason: end.reason, attempts: attempt - 1 };
    const milliseconds = Date.now() - began;
    const which = `${item.name}: attempt ${attempt} of ${maxAttempts}`;
    if (end === 0) {
      log(`${which} done after ${duration(milliseconds)}`);
      return { kind: 'done', attempt };
    }
    // Also where the worker's container is gone: the kubelet kills both when the time is up, and not at the same moment.
    if (leave.aborted && end !== 'too long') {
      log(`${which} stopped after ${duration(milliseconds)}: the pod was asked to leave; the item goes to another pod`);
      return { kind: 'left', attempts: attempt - 1 };
    }
    const failure: Failure = { attempts: attempt, milliseconds, ...cause(end, settings) };
    const workerGone = end === 'worker gone';
    const failed = `${which} failed, ${failure.reason} after ${duration(milliseconds)}`;
    if (attempt >= maxAttempts) {
      log(`${failed}; it becomes a dead letter`);
      const stderr = await worker.stderr.settled();
      return { kind: 'failed', failure: { ...failure, stderr }, workerGone };
    }
    if (workerGone) {
      log(`${failed}; another pod tries again`);
      return { kind: 'worker gone', reason: failure.reason, attempts: attempt };
    }
    const wait = pause();
    log(`${failed}; again in ${duration(wait)}`);
    await sleep(wait, leave, item.lost);
    if (item.lost.aborted) throw item.lost.reason;
  }
}

function neverRun(item: HeldItem, reason: string): ItemOutcome {
  return { kind: 'failed', workerGone: false, failure: { reason, attempts: item.attemptsBefore, milliseconds: 0 } };
}

type AttemptEnd = ProgramEnd | 'too long' | 'left';

async function runOnce(
  item: HeldItem,
  attempt: number,
  settings: RunSettings,
  worker: WorkerLink,
  leave: AbortSignal,
): Promise<AttemptEnd> {
  if (item.lost.aborted) throw item.lost.reason;
  const variables = {
    [ProgramEnv.RUN]: item.run ?? settings.queue,
    [ProgramEnv.ITEM_ATTEMPT]: String(attempt),
    ...(item.index !== undefined && { [ProgramEnv.ITEM_INDEX]: item.index }),
  };
  const ended = worker.run(item.body, callLines(variables, item.body, settings.itemUse));
  const end = await inTime(ended, settings.itemTimeoutMs, leave, item.lost);
  if (end !== undefined) return end;
  if (item.lost.aborted) {
    // Another pod may have the item already. Whatever the program still does, it does in vain.
    log(`${item.name}: it is not ours any more (${item.lost.reason.message}); stopping the program`);
    await stop(ended, worker, settings.graceMs);
    throw item.lost.reason;
  }
  if (leave.aborted) {
    // The kubelet tells the worker's container as well, so the program knows. It may still end with 0.
    return (await inTime(ended, settings.leaveMs, item.lost)) ?? 'left';
  }
  await stop(ended, worker, settings.graceMs);
  return 'too long';
}

/** SIGTERM, the grace period, SIGKILL. */
async function stop(ended: Promise<ProgramEnd>, worker: WorkerLink, graceMs: number): Promise<void> {
  worker.term();
  if ((await inTime(ended, graceMs)) !== undefined) return;
  worker.kill();
  if ((await inTime(ended, KILLED_LIMIT_MS)) !== undefined) return;
  throw new FinalError(`the program has not ended ${duration(KILLED_LIMIT_MS)} after SIGKILL`);
}

function cause(
  end: Exclude<AttemptEnd, NotHandedOver>,
  settings: RunSettings,
): { reason: string; exitCode?: number; signal?: number } {
  if (end === 'worker gone') return { reason: "the worker's container died (out of memory?)" };
  if (end === 'too long') return { reason: `longer than itemTimeout (${duration(settings.itemTimeoutMs)})` };
  const signal = typeof end === 'number' && end > 128 ? end - 128 : undefined;
  const name = signal && Object.entries(os.signals).find(([, number]) => number === signal)?.[0];
  if (name) return { reason: name, signal };
  return { reason: `exit ${end}`, exitCode: Number(end) };
}
