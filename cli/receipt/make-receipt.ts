import { QUEUES_VERSION } from '../../lib/contract/queues';
import type { Session } from '../../lib/programs/amqp/session';
import { plural } from '../../lib/programs/runtime/log';
import type { Cluster } from '../kubernetes/cluster';
import { workerSummary } from '../run-state/job-summary';
import { explainStreamError, readLedger, requireStreams } from '../run-state/read-streams';
import { requireRecords } from '../run-state/require-records';
import { podsLabel, type RunJobs } from '../run-state/run-jobs';
import { LedgerTally, RecordPods } from './ledger-tally';
import { checkList } from './list-check';
import { type Counts, type Example, type Finding, type ListCheck, RECEIPT_VERSION, type Receipt } from './receipt';
import { Workers } from './workers';

export interface ReceiptSources {
  readonly cluster: Cluster;
  readonly session: Session;
  /** The version of this package. */
  readonly commandLine: string;
}

/** Verifies a run: its list against its ledger, by the identity of the items. */
export async function makeReceipt(run: RunJobs, sources: ReceiptSources): Promise<Receipt> {
  const { cluster, session, commandLine } = sources;
  requireRecords(run, '`cdk8s-work-queue status RUN` shows how many items are in the queues.');
  requireStreams(session, 'a run cannot be verified. `cdk8s-work-queue status RUN` shows how many items are done');
  const workers = new Workers(run);
  const tally = new LedgerTally(run, (pod) => workers.addDone(pod));
  await readLedger(session, run, (message) => tally.add(message)).catch(explainStreamError);
  const list = await checkList(cluster, run);
  const counts = countsOf(tally);
  const tolerated = run.worker ? workerSummary(run.worker).toleratedDeadLetters : 0;
  const problems = problemsOf(counts, tolerated, list);
  return {
    version: RECEIPT_VERSION,
    time: new Date().toISOString(),
    namespace: cluster.namespace,
    run: run.run,
    queue: run.queue,
    ...(run.chart !== undefined && { chart: run.chart }),
    verified: problems.length === 0,
    verdict: problems.length === 0 ? settledText(counts, tolerated) : sentence(problems),
    list,
    counts,
    toleratedDeadLetters: tolerated,
    missing: tally.missing,
    dead: tally.deadItems.map(({ item, description, pod }) => ({ item, description, pod })),
    attempts: Object.fromEntries([...tally.attempts].sort(([a], [b]) => a - b)),
    ...(tally.times && { times: tally.times }),
    workers: workers.facts(await cluster.pods({ labels: podsLabel(run) })),
    findings: [...problems, ...(await oddFindings(tally, session, run))],
    versions: { commandLine, queues: QUEUES_VERSION },
  };
}

function countsOf({ records, recordCount }: LedgerTally): Counts {
  const { count, deadCount, run } = records;
  const missing = run.itemCount - count;
  return { total: run.itemCount, done: count - deadCount, dead: deadCount, missing, records: recordCount };
}

/** Why a run is not verified. */
function problemsOf({ total, dead, missing }: Counts, tolerated: number, list: ListCheck): Finding[] {
  const problems: Finding[] = [];
  if (list.isThatOfSynth === false) {
    problems.push({
      kind: 'list-differs',
      description: 'the items in the ConfigMaps are not the list of the synth',
      ...{ count: 1, examples: [] },
    });
  }
  if (missing > 0) {
    const description = `${missing} of ${plural(total, 'item')} ${missing === 1 ? 'has' : 'have'} no record: the run has not ended, or not with all of its items`;
    problems.push({ kind: 'missing', description, count: missing, examples: [] });
  }
  if (dead > tolerated) {
    const description = `${plural(dead, 'dead letter')}, ${tolerated} tolerated`;
    problems.push({ kind: 'too-many-dead', description, count: dead, examples: [] });
  }
  return problems;
}

function settledText({ total, done, dead }: Counts, tolerated: number): string {
  const rest = dead > 0 ? `, ${plural(dead, 'dead letter')} (${tolerated} tolerated)` : '';
  return `Each of ${plural(total, 'item')} has a record: ${done} done${rest}`;
}

function sentence(problems: readonly Finding[]): string {
  const text = problems.map(({ description }) => description).join('; ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the ledger has beside one record of each item. */
async function oddFindings(tally: LedgerTally, session: Session, run: RunJobs): Promise<Finding[]> {
  const { doneTwice, deadTwice, doneAndDead } = tally;
  const items = [doneTwice, deadTwice, doneAndDead].flatMap(({ first }) => first);
  const pods = new RecordPods(run, items);
  if (items.length > 0) await readLedger(session, run, (message) => pods.add(message)).catch(explainStreamError);
  const all: readonly Odd[] = [
    [
      'foreign-record',
      'records of another run, or of items that the list does not have',
      tally.foreignCount,
      tally.foreign,
    ],
    [
      'done-twice',
      'items whose program has ended with 0 more than once',
      doneTwice.count,
      pods.examples(doneTwice.first),
    ],
    ['dead-twice', 'items that were made dead letters more than once', deadTwice.count, pods.examples(deadTwice.first)],
    [
      'done-and-dead',
      'items that are done and have been dead letters, too',
      doneAndDead.count,
      pods.examples(doneAndDead.first),
    ],
  ];
  return all
    .filter(([, , count]) => count > 0)
    .map(([kind, description, count, examples]) => ({ kind, description, count, examples }));
}

type Odd = readonly [Finding['kind'], description: string, count: number, examples: readonly Example[]];
