import { LedgerTally } from '../../../cli/receipt/ledger-tally';
import { Workers } from '../../../cli/receipt/workers';
import { runsOf } from '../../../cli/run-state/run-jobs';
import { deadRecord, doneRecord, retriedRecord } from '../../../lib/programs/ledger/record';
import type { RecordMessage } from '../../../lib/programs/ledger/records';
import { appliedJobs } from '../../support/cluster-objects';

const ITEMS = 1_000_000;
const run = { queue: 'q', run: 'r', itemCount: ITEMS };

function message({ messageId, headers, body }: ReturnType<typeof doneRecord>): RecordMessage {
  return { content: body, properties: { messageId, headers } } as unknown as RecordMessage;
}

const done = (item: number, pod = 'pod') =>
  message(doneRecord(run, item, { attempt: 1, pod, node: 'n', started: new Date(1000), milliseconds: 500 }));
const dead = (item: number) =>
  message(deadRecord(run, { number: item, generation: 0 }, { description: `item ${item}`, pod: 'pod', node: 'n' }));

test('of a million items, missing ones are ranges and dead ones are counted, and no more than 1000 of each are listed', () => {
  const tally = new LedgerTally(run, () => {});
  for (let item = 0; item < 5000; item++) tally.add(done(3 * item));
  for (let item = 0; item < 2000; item++) tally.add(dead(ITEMS - 1 - item));
  expect(tally.missing).toHaveLength(1000);
  expect(tally.missing.slice(0, 2)).toEqual([
    [1, 2],
    [4, 5],
  ]);
  expect([tally.records.deadCount, tally.deadItems.length]).toEqual([2000, 1000]);
});

test('a record that is written again counts once, and one with other contents is found', () => {
  const tally = new LedgerTally({ ...run, itemCount: 3 }, () => {});
  for (const record of [done(0), done(0), done(1, 'a'), done(1, 'b'), done(1, 'c')]) tally.add(record);
  expect([tally.recordCount, tally.records.count, tally.attempts.get(1)]).toEqual([5, 2, 2]);
  expect([tally.doneTwice.count, tally.doneTwice.first]).toEqual([1, [1]]);
  expect(tally.times).toMatchObject({ elapsedSeconds: 0.5, workSeconds: 1 });
});

test('the pods of a Job are known by their names, also when Kubernetes has cut them', () => {
  const { worker } = appliedJobs();
  const later = { name: 'a'.repeat(63), uid: 'long', creationTimestamp: '2026-11-29T00:00:00Z' };
  const long = { ...worker, metadata: { ...worker.metadata, ...later } };
  const workers = new Workers(runsOf([worker, long])[0]);
  workers.addDone(`${worker.metadata.name}-0-abcde`);
  workers.addDone(`${worker.metadata.name}-12-fghij`);
  workers.addDone(`${'a'.repeat(55)}-0-abcde`);
  workers.addDone('somebody-else-0-abcde');
  expect(workers.facts([]).map((each) => [each.job, each.done])).toEqual([
    [worker.metadata.name, 2],
    [long.metadata.name, 1],
  ]);
});

test('an item that is retried and then done is no contradiction, and one that is dead twice by then is dead once', () => {
  const tally = new LedgerTally(run, () => {});
  const retried = (item: number) => message(retriedRecord(run, { number: item, generation: 1 }));
  const deadAgain = message(
    deadRecord(run, { number: 2, generation: 1 }, { description: 'again', pod: 'other', node: 'n' }),
  );
  for (const each of [dead(1), dead(2), retried(1), retried(2), done(1), deadAgain]) tally.add(each);
  expect([tally.doneAndDead.count, tally.deadTwice.count, tally.foreignCount]).toEqual([0, 0, 0]);
  expect(tally.deadItems.map(({ item, description }) => [item, description])).toEqual([[2, 'again']]);
});
