import type { BrokerLink } from '../broker-access/broker-link';
import type { Cluster } from '../kubernetes/cluster';
import type { RunHistory } from '../report/run-history';
import { CommandError } from '../system/command-error';
import { assembleHistory } from './assemble-history';
import { readItemTexts } from './item-texts';
import { explainStreamError, isNotFound, NO_BROKER, readEvents, readLedger, requireStreams } from './read-streams';
import { podsLabel, type RunJobs } from './run-jobs';
import type { RunState } from './run-state';
import {
  type DeadEntry,
  type DoneEntry,
  type ItemEvent,
  ledgerEntry,
  type RetriedEntry,
  retriedEntry,
} from './stream-entries';

export interface HistorySources {
  readonly cluster: Cluster;
  readonly link: BrokerLink | undefined;
  readonly state: RunState;
}

/** All that ledger, events and Kubernetes tell of a run. */
export async function readHistory(run: RunJobs, { cluster, link, state }: HistorySources): Promise<RunHistory> {
  if (!link) throw new CommandError(NO_BROKER);
  const session = await link.session();
  requireStreams(
    session,
    'what happened in it is not known. `cdk8s-work-queue status RUN` shows how many items are done',
  );
  const records: (DoneEntry | DeadEntry)[] = [];
  const retried: RetriedEntry[] = [];
  const events: ItemEvent[] = [];
  await readLedger(session, run, (message) => {
    const record = ledgerEntry(run, message);
    if (record) records.push(record);
    const retry = retriedEntry(run, message);
    if (retry) retried.push(retry);
  }).catch(explainStreamError);
  await readEvents(session, run, (event) => events.push(event)).catch((error) => {
    // The report says what it lacks without events.
    if (!isNotFound(error)) explainStreamError(error);
  });
  const texts = run.seeder && (await readItemTexts(cluster, run.seeder).catch(() => undefined));
  const pods = await cluster.pods({ labels: podsLabel(run) });
  return assembleHistory({ run, state, records, retried, events, pods, texts, now: new Date() });
}
