import { ExitCode } from '../../contract/exit-codes';
import { PEER_APPEARANCE_SECONDS } from '../../contract/limits';
import { findDeletedQueues } from '../amqp/deleted-queues';
import { PublishingConnection } from '../amqp/publishing-connection';
import { overSessions } from '../amqp/reconnect';
import { BrokerError, type Session } from '../amqp/session';
import { RunEvents } from '../events/run-events';
import { type ExitStatus, exitStatusOf } from '../runtime/exit-status';
import { duration, oneLine } from '../runtime/log';
import { RetryDeadline } from '../runtime/retry-deadline';
import type { CourierContext, CourierSettings } from './courier-context';
import { terminated, workerDied } from './exit-statuses';
import { ItemProcessor } from './item-processor';
import { ONLY_WORKER_SIGNALLED, PodShutdown } from './pod-shutdown';
import { awaitSeeded } from './seeded';
import { Tally } from './tally';
import { WHY_NOT_READY, WorkerLink } from './worker-link';

const PEER_APPEARANCE_MS = PEER_APPEARANCE_SECONDS * 1000;

/**
 * The courier: takes items from the queue, has the worker's container run the program on them, and settles them.
 *
 * It ends with 0 only by the settled mark or, in a pod that is not of the Job's last index, when it has finished `itemsPerPod`
 * items whose first delivery came to it. So a Job is Complete only if there is a settled mark, and pods that are not needed end
 * by the mark too.
 */
export async function runCourier(settings: CourierSettings, shutdown: AbortSignal): Promise<ExitStatus> {
  const worker = new WorkerLink(settings.sharedFolder);
  const podShutdown = new PodShutdown(shutdown, worker.shutdown);
  const publishing = new PublishingConnection(settings.broker, settings.queue);
  const { pod, node } = settings;
  const context: CourierContext = {
    ...{ settings, worker, publishing },
    events: new RunEvents(settings, { pod, node }, (queue, event) => publishing.announce(queue, event)),
    tally: new Tally(settings),
    deadline: new RetryDeadline(),
    podShutdown,
    shutdown: podShutdown.signal,
  };
  const ended = await Promise.race([work(context).catch(exitStatusOf), outOfTime(context)]);
  const status = afterProgress(await terminatedByKubelet(ended, context), context);
  worker.quit(status.code, oneLine(status.message));
  return status;
}

/**
 * The last moment of a pod that is terminated: the broker may be in an alarm, or away. An item that is not settled by then
 * returns to the queue with the connection. The broker counts that as a lost delivery: it has no other way.
 */
async function outOfTime({ settings, podShutdown, tally }: CourierContext): Promise<ExitStatus> {
  await podShutdown.over(settings.courierGraceMs);
  return terminated(`the grace period is over, and an item that is not settled returns to the queue; ${tally.text}`);
}

/**
 * The kubelet terminates both containers of a pod, but not at the same moment. If only the worker's got the signal, a program
 * may have sent it to its process 1, and would do so in the next pod. If the worker's is gone, it may have been the first of
 * the two.
 */
async function terminatedByKubelet(status: ExitStatus, { worker, podShutdown }: CourierContext): Promise<ExitStatus> {
  if (status.code === ExitCode.STOPPED) {
    if (await podShutdown.isOfWholePod()) return status;
    return { code: ExitCode.TRY_AGAIN, message: `${status.message}; ${ONLY_WORKER_SIGNALLED}` };
  }
  if (status.code !== ExitCode.TRY_AGAIN || !worker.gone) return status;
  return (await podShutdown.isOfWholePod()) ? terminated(status.message) : status;
}

/**
 * A Job counts failed pods for its whole life, whatever succeeds in between. So a run of weeks would end at its seventh outage
 * of the broker if pods that did their work until then counted.
 */
function afterProgress(status: ExitStatus, { tally }: CourierContext): ExitStatus {
  return status.code === ExitCode.TRY_AGAIN && tally.hasProgressed ? { ...status, code: ExitCode.PROGRESSED } : status;
}

async function work(context: CourierContext): Promise<ExitStatus> {
  const { settings, worker, publishing, deadline, shutdown } = context;
  if (!(await worker.ready(PEER_APPEARANCE_MS, shutdown))) {
    if (shutdown.aborted) return terminated('before the worker was there');
    const limit = duration(PEER_APPEARANCE_MS);
    const message = worker.gone
      ? "the worker's container ended before it was ready (kubectl describe pod)"
      : `the worker's container was created but did not start within ${limit}: ${WHY_NOT_READY}`;
    return { code: ExitCode.TRY_AGAIN, message };
  }
  const broker = settings.broker;
  const status = await overSessions({
    broker,
    deadline,
    shutdown,
    work: (session) => workOverSession(session, context),
  });
  await publishing.close();
  return status;
}

async function workOverSession(session: Session, context: CourierContext): Promise<ExitStatus> {
  const { settings, worker, tally, deadline, shutdown } = context;
  // It died while it ran an item that the broker then lost: no other item may answer for that.
  if (worker.gone) return workerDied(tally.text);
  const seeded = await awaitSeeded(session, settings.queue, deadline, shutdown);
  if (seeded === 'terminated') return terminated(tally.text);
  try {
    return await new ItemProcessor(session, context).processItems();
  } catch (error) {
    throw error instanceof BrokerError ? ((await findDeletedQueues(session, settings.queue)) ?? error) : error;
  }
}
