import { ItemHeader, RecordHeader } from '../../../lib/contract/message-headers';
import type { OutgoingMessage } from '../../../lib/programs/amqp/publish';
import {
  claimRecord,
  deadRecord,
  doneRecord,
  lookRecord,
  retriedRecord,
  retryRecord,
} from '../../../lib/programs/ledger/record';
import { type RecordMessage, Records } from '../../../lib/programs/ledger/records';

const RUN = { queue: 'q', run: 'monday', itemCount: 10 };
const EXECUTION = { attempt: 1, pod: 'p', node: 'n', started: new Date(0), milliseconds: 1 };

function received({ body, ...properties }: OutgoingMessage): RecordMessage {
  return { content: body, properties: properties as RecordMessage['properties'] };
}
const done = (number: number) => received(doneRecord(RUN, number, EXECUTION));
const dead = (number: number, generation = 0) => {
  const description = `"${number}" (exit ${generation + 1})`;
  return received(deadRecord(RUN, { number, generation }, { description, pod: 'p', node: 'n' }));
};
const retried = (number: number, generation: number) => received(retriedRecord(RUN, { number, generation }));
const claim = (missing: string) => received(claimRecord(RUN, { missing, pod: 'p', time: '2026-01-01T00:00:00Z' }));

function recordsOf(...messages: RecordMessage[]): Records {
  const records = new Records(RUN);
  for (const message of messages) records.add(message);
  return records;
}

test('are complete when each number has one, in any order and however often', () => {
  const records = recordsOf(...[9, 3, 3, 1, 0, 2, 4, 5, 6, 7].map(done));
  expect([records.isComplete, records.count, [...records.missing()]]).toEqual([false, 9, [8]]);
  records.add(dead(8));
  expect([records.isComplete, records.deadCount]).toEqual([true, 1]);
  expect(records.settlement).toEqual({ dead: 1, sample: ['item 8 "8" (exit 1)'] });
});

test.each([[[done(4), dead(4)]], [[dead(4), done(4)]]])(
  'of an item that is done and dead say that it is done',
  (both) => {
    const records = recordsOf(...both);
    expect([records.count, records.deadCount, records.isDead(4)]).toEqual([1, 0, false]);
  },
);

test.each<[string, RecordMessage]>([
  ['another run', received(doneRecord({ ...RUN, run: 'tuesday' }, 4, EXECUTION))],
  ['a number that no item has', done(10)],
  ['an unknown kind', { ...done(4), properties: { ...done(4).properties, headers: { run: 'monday', kind: 'x' } } }],
  ['no headers', { ...done(4), properties: { ...done(4).properties, headers: undefined } }],
  ['a look', received(lookRecord(RUN, '4'))],
])('know nothing of a message of %s', (_, message) => {
  const records = recordsOf(message);
  expect([records.count, records.has(4), records.lastClaim]).toEqual([0, false, undefined]);
});

test('lack different items: their digests differ', () => {
  expect(recordsOf(done(1)).missingDigest).toBe(recordsOf(dead(1)).missingDigest);
  expect(recordsOf(done(1)).missingDigest).not.toBe(recordsOf(done(2)).missingDigest);
});

test('make a claim void, unless they come before it', () => {
  expect(recordsOf(done(1), claim('x')).lastClaim).toMatchObject({ missing: 'x', pod: 'p' });
  expect(recordsOf(claim('x'), received(lookRecord(RUN, 'id'))).lastClaim).toMatchObject({ missing: 'x' });
  expect(recordsOf(claim('x'), done(1)).lastClaim).toBeUndefined();
  expect(recordsOf(claim('x'), dead(1)).lastClaim).toBeUndefined();
});

test('have the headers by which they are known', () => {
  const { messageId, headers } = doneRecord(RUN, 7, EXECUTION);
  expect([messageId, headers]).toEqual(['7', { [ItemHeader.RUN]: 'monday', [RecordHeader.KIND]: 'done' }]);
});

test('are short, whatever the names of pods and nodes', () => {
  const { body } = doneRecord(RUN, 7, { ...EXECUTION, pod: 'x'.repeat(63), node: 'y'.repeat(63) });
  expect(body.length).toBeLessThan(300);
});

describe('of an item that was retried', () => {
  test.each<[string, RecordMessage[], boolean]>([
    ['dead, then retried', [dead(4), retried(4, 1)], false],
    ['dead again', [dead(4), retried(4, 1), dead(4, 1)], true],
    ['dead again, and retried again', [dead(4), retried(4, 1), dead(4, 1), retried(4, 2)], false],
    ['dead in the first retry, after the second', [retried(4, 2), dead(4, 1)], false],
    ['done before', [done(4), retried(4, 1)], true],
    ['done afterwards', [dead(4), retried(4, 1), done(4)], true],
    ['never dead', [retried(4, 1)], false],
  ])('%s: the order does not matter', (_, messages, isOver) => {
    for (const order of permutations(messages)) {
      const records = recordsOf(...order, ...order);
      expect([records.has(4), records.count]).toEqual([isOver, isOver ? 1 : 0]);
    }
  });

  test('any records in any order give the same state', () => {
    const random = mulberry(7);
    const pick = (n: number) => Math.floor(random() * n);
    for (let round = 0; round < 200; round++) {
      const messages = Array.from({ length: 1 + pick(30) }, () => {
        const [item, generation] = [pick(4), pick(3)];
        return [done(item), dead(item, generation), retried(item, generation + 1)][pick(5) % 3];
      });
      const shuffled = messages.map((message) => ({ message, at: random() })).sort((a, b) => a.at - b.at);
      const state = (records: Records) => [
        ...[records.count, records.deadCount, records.isComplete, records.missingDigest],
        ...[0, 1, 2, 3].flatMap((item) => [records.has(item), records.isDead(item), records.generation(item)]),
      ];
      expect(state(recordsOf(...shuffled.map(({ message }) => message)))).toEqual(state(recordsOf(...messages)));
    }
  });

  test('a message of a lower generation is over when that died, and one of a higher generation is not', () => {
    const records = recordsOf(dead(4), retried(4, 2));
    expect([0, 1, 2].map((generation) => records.isSettled(4, generation))).toEqual([true, false, false]);
  });

  test('the settlement is that of the last record that has made the run complete', () => {
    const first = [...[0, 1, 2, 3, 4, 5, 6, 7].map(done), dead(8), dead(9)];
    const records = recordsOf(...first, retried(8, 1));
    expect(records.settlement).toBeUndefined();
    records.add(dead(8, 1));
    records.add(done(9)); // by a pod that did not know
    expect(records.settlement).toEqual({ dead: 2, sample: ['item 9 "9" (exit 1)', 'item 8 "8" (exit 2)'] });
  });

  test('a run without items is settled before its first record', () => {
    const records = new Records({ ...RUN, itemCount: 0 });
    expect([records.isComplete, records.settlement]).toEqual([true, { dead: 0, sample: [] }]);
  });

  test('the number of the last retry is known', () => {
    const records = recordsOf(received(retryRecord(RUN, 2, 'job-r2')), received(retryRecord(RUN, 1, 'job-r1')));
    expect([records.retryNumber, records.count]).toEqual([2, 0]);
  });
});

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((one, n) => permutations([...all.slice(0, n), ...all.slice(n + 1)]).map((rest) => [one, ...rest]));
}

/** Random numbers that are the same each time. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
