import { ContainerName } from '../../lib/contract/containers';
import { EventKind, RecordKind } from '../../lib/contract/message-headers';
import { oneLine } from '../../lib/programs/runtime/log';
import type { Pod } from '../kubernetes/objects';
import { deliveryOf } from '../kubernetes/pod-template';
import type { PodLife, RunEvent, RunHistory, RunRecord } from '../report/run-history';
import { CommandError } from '../system/command-error';
import type { ItemTexts } from './item-texts';
import { workerSummary } from './job-summary';
import { requireRecords } from './require-records';
import type { RunJobs } from './run-jobs';
import type { RunState } from './run-state';
import type { DeadEntry, DoneEntry, ItemEvent } from './stream-entries';

/** All that was read of a run. */
export interface HistoryReading {
  readonly run: RunJobs;
  readonly state: Pick<RunState, 'phase' | 'verdict'>;
  /** The ledger, in its order. */
  readonly records: readonly (DoneEntry | DeadEntry)[];
  readonly events: readonly ItemEvent[];
  /** The pods of the run, also those that have ended. */
  readonly pods: readonly Pod[];
  readonly texts?: ItemTexts;
  readonly now: Date;
}

/** The history of a run, for its report. */
export function assembleHistory({ run, state, records, events, pods, texts, now }: HistoryReading): RunHistory {
  if (!run.worker) {
    throw new CommandError(
      `Run ${run.run} has no worker Job, so nothing has happened in it, or its Job was deleted. A report needs the Job, which says how ` +
        'many pods work at the same time',
    );
  }
  requireRecords(run, 'A report needs the records.');
  const { parallelism, itemsPerPod } = workerSummary(run.worker);
  const lastFailures = new Map(events.filter(({ kind }) => kind === EventKind.FAILED).map((each) => [each.item, each]));
  return {
    name: run.run,
    items: run.itemCount,
    ...(texts && { itemTexts: textsOf(texts, [...records, ...events]) }),
    records: records.map((entry) => recordOf(entry, lastFailures.get(entry.item))),
    events: events.map(eventOf),
    pods: pods.filter(isWorker).map(lifeOf),
    parallelism,
    ...(itemsPerPod !== undefined && { itemsPerPod }),
    verdict: state.verdict ?? state.phase,
    until: now.toISOString(),
  };
}

function textsOf(texts: ItemTexts, entries: readonly { readonly item: number }[]): Record<number, string> {
  const found: Record<number, string> = {};
  for (const number of new Set(entries.map(({ item }) => item))) {
    const text = texts.text(number);
    if (text !== undefined) found[number] = text;
  }
  return found;
}

/** How an item failed last is in the events. */
function recordOf(entry: DoneEntry | DeadEntry, failure: ItemEvent | undefined): RunRecord {
  const { item: number, pod, node } = entry;
  if (entry.kind === RecordKind.DONE) {
    const { attempt, started, seconds } = entry;
    return { kind: 'done', number, attempt, pod, node, started: new Date(started).toISOString(), seconds };
  }
  const { attempt: attempts, exitCode, signal } = failure ?? {};
  return { kind: 'dead', number, pod, node, description: entry.description, attempts, exitCode, signal };
}

function eventOf(event: ItemEvent): RunEvent {
  const { item: number, pod, node, attempt, reason = '', seconds = 0, exitCode, signal, interruptions = 0 } = event;
  const where = { number, pod, node, time: new Date(event.time).toISOString() };
  switch (event.kind) {
    case EventKind.STARTED:
      return { kind: 'started', ...where, attempt };
    case EventKind.FAILED:
      return { kind: 'failed', ...where, attempt, reason, seconds, exitCode, signal };
    case EventKind.REQUEUED:
      return { kind: 'requeued', ...where, reason, attempts: attempt, interruptions };
  }
}

function isWorker({ metadata, spec }: Pod): boolean {
  return deliveryOf({ metadata }) !== undefined || hasCourier(spec);
}

function hasCourier(spec: Pod['spec']): boolean {
  return spec?.containers.some(({ name }) => name === ContainerName.COURIER) ?? false;
}

function lifeOf(pod: Pod): PodLife {
  const { metadata, spec, status } = pod;
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return {
    name: metadata?.name ?? '',
    node: spec?.nodeName,
    created: metadata?.creationTimestamp && new Date(metadata.creationTimestamp).toISOString(),
    ...(hasEnded && { finished: finishedAt(pod), end: endOf(pod) }),
  };
}

/** When the last container has ended. A pod that never ran has only the times of its conditions. */
function finishedAt({ metadata, status }: Pod): string | undefined {
  const ends = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.terminated?.finishedAt ?? []);
  const changes = (status?.conditions ?? []).flatMap(({ lastTransitionTime }) => lastTransitionTime ?? []);
  const known = ends.length > 0 ? ends : changes;
  const times = [metadata?.creationTimestamp ?? 0, ...known].map((time) => new Date(time).getTime());
  return new Date(Math.max(...times)).toISOString();
}

function endOf({ status }: Pod): string | undefined {
  if (status?.reason) return oneLine(status.reason);
  const failed = status?.containerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  return failed && `${failed.name} ${failed.state?.terminated?.exitCode}`;
}
