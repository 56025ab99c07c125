import { ContainerName } from '../../lib/contract/containers';
import { deliveryOf } from '../../lib/contract/delivery';
import { EventKind, RecordKind } from '../../lib/contract/message-headers';
import { oneLine } from '../../lib/programs/runtime/log';
import type { Pod } from '../kubernetes/objects';
import type { PodLife, Retry, RunEvent, RunHistory, RunRecord } from '../report/run-history';
import { CommandError } from '../system/command-error';
import type { ItemTexts } from './item-texts';
import { workerSummary } from './job-summary';
import { requireRecords } from './require-records';
import { appliedWorker, type RunJobs } from './run-jobs';
import type { RunState } from './run-state';
import type { DeadEntry, DoneEntry, ItemEvent, RetriedEntry } from './stream-entries';

/** All that was read of a run. */
export interface HistoryReading {
  readonly run: RunJobs;
  readonly state: Pick<RunState, 'phase' | 'verdict'>;
  /** The ledger, in its order. */
  readonly records: readonly (DoneEntry | DeadEntry)[];
  /** What the ledger says of items that went back into the queue. */
  readonly retried: readonly RetriedEntry[];
  readonly events: readonly ItemEvent[];
  /** The pods of the run, also those that have ended. */
  readonly pods: readonly Pod[];
  readonly texts?: ItemTexts;
  readonly now: Date;
}

/** The history of a run, for its report. */
export function assembleHistory(reading: HistoryReading): RunHistory {
  const { run, state, events, pods, texts, now } = reading;
  const worker = appliedWorker(run);
  if (!worker) {
    throw new CommandError(
      `Run ${run.run} has no worker Job, so nothing has happened in it, or its Job was deleted. A report needs the Job, which says how ` +
        'many pods work at the same time',
    );
  }
  requireRecords(run, 'A report needs the records.');
  const { parallelism, itemsPerPod } = workerSummary(worker);
  const records = validRecords(reading);
  const lastFailures = new Map(events.filter(({ kind }) => kind === EventKind.FAILED).map((each) => [each.item, each]));
  return {
    name: run.run,
    items: run.itemCount,
    ...(texts && { itemTexts: textsOf(texts, [...records, ...events]) }),
    retries: retriesOf(reading.retried),
    records: records.map((entry) => recordOf(entry, lastFailures.get(entry.item))),
    events: events.map(eventOf),
    pods: pods.filter(isWorker).map(lifeOf),
    parallelism,
    ...(itemsPerPod !== undefined && { itemsPerPod }),
    verdict: state.verdict ?? state.phase,
    until: now.toISOString(),
  };
}

/** Without the dead letters of items that went back into the queue since. */
function validRecords({ records, retried }: HistoryReading): (DoneEntry | DeadEntry)[] {
  const generations = new Map<number, number>();
  for (const { item, generation } of retried) {
    generations.set(item, Math.max(generation, generations.get(item) ?? 0));
  }
  return records.filter(
    (entry) => entry.kind === RecordKind.DONE || entry.generation >= (generations.get(entry.item) ?? 0),
  );
}

/** In their order. One that was stopped and continued is one. */
function retriesOf(retried: readonly RetriedEntry[]): Retry[] {
  const numbers = [...new Set(retried.map(({ generation }) => generation))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const of = retried.filter(({ generation }) => generation === number);
    const time = of.reduce((first, entry) => Math.min(first, entry.time), Number.POSITIVE_INFINITY);
    return { number, items: new Set(of.map(({ item }) => item)).size, time: new Date(time).toISOString() };
  });
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
  const { attempt: attempts, exitCode, signal, stderr } = failure ?? {};
  return { kind: 'dead', number, pod, node, description: entry.description, attempts, exitCode, signal, stderr };
}

function eventOf(event: ItemEvent): RunEvent {
  const { item: number, pod, node, attempt, reason = '', interruptions = 0 } = event;
  const where = { number, pod, node, time: new Date(event.time).toISOString() };
  switch (event.kind) {
    case EventKind.STARTED:
      return { kind: 'started', ...where, attempt };
    case EventKind.FAILED:
      return { kind: 'failed', ...where, attempt, reason, ...failureOf(event) };
    case EventKind.REQUEUED:
      return { kind: 'requeued', ...where, reason, attempts: attempt, interruptions };
  }
}

function failureOf({ seconds = 0, exitCode, signal, stderr }: ItemEvent) {
  return { seconds, exitCode, signal, stderr };
}

function isWorker({ metadata, spec }: Pod): boolean {
  return deliveryOf(metadata?.labels) !== undefined || hasCourier(spec);
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
