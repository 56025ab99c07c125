import { DeadLetterHeader, ItemHeader } from '../../../lib/contract/message-headers';
import { Message, type RawMessage } from '../../../lib/programs/courier/message';

const RUN = { queue: 'queue', run: 'monday', itemCount: 3 };

interface Parts {
  readonly messageId?: unknown;
  readonly headers?: Record<string, unknown>;
  readonly redelivered?: boolean;
}

function message({
  messageId = '1',
  headers = { [ItemHeader.RUN]: 'monday' },
  redelivered = false,
}: Parts = {}): Message {
  const raw = {
    content: Buffer.from('apple'),
    fields: { deliveryTag: 7, redelivered },
    properties: { messageId, headers },
  };
  return new Message(raw as unknown as RawMessage, RUN);
}

test.each<[string, boolean, Parts]>([
  ['with the run and a number of it', true, {}],
  ['with the last number', true, { messageId: '2' }],
  ['with a number that is too large', false, { messageId: '3' }],
  ['with a number in another form', false, { messageId: '01' }],
  ['without a number', false, { messageId: null }],
  ['of another run', false, { headers: { [ItemHeader.RUN]: 'tuesday' } }],
  ['without headers', false, { headers: {} }],
])('a message %s belongs to the run: %s', (_, belongs, parts) => {
  expect(message(parts).belongsToRun).toBe(belongs);
});

test.each<[string, boolean, Parts]>([
  ['that the broker delivers for the first time', true, {}],
  ['that the broker has delivered before', false, { redelivered: true }],
  ['that a courier has requeued', false, { headers: { [ItemHeader.ATTEMPTS]: 0 } }],
])('an item %s is a first delivery: %s', (_, first, parts) => {
  expect(message(parts).isFirstDelivery).toBe(first);
});

test('the name of an item has its number, that of a foreign message its delivery tag', () => {
  expect(message().name).toBe('item 1 "apple"');
  expect(message({ messageId: 'x' }).name).toBe('foreign message 7 "apple"');
});

test.each([
  ['2', 0],
  [-1, 0],
  [1.5, 0],
  [Number.NaN, 0],
  [2, 2],
])('the attempts header %p counts as %d attempts', (attempts, counted) => {
  expect(message({ headers: { [ItemHeader.ATTEMPTS]: attempts } }).attemptsBefore).toBe(counted);
});

test('a requeued copy has the body, the number, the run and the failed attempts, and no other header', () => {
  const copy = message({ headers: { [ItemHeader.RUN]: 'monday', other: 'x' } }).requeued(2, 3);
  expect(copy).toEqual({
    body: Buffer.from('apple'),
    messageId: '1',
    headers: { [ItemHeader.RUN]: 'monday', [ItemHeader.ATTEMPTS]: 2, [ItemHeader.INTERRUPTIONS]: 3 },
  });
  expect(message({ messageId: 'a\nb', headers: { [ItemHeader.RUN]: 5 } }).requeued(0, 0)).toEqual({
    body: Buffer.from('apple'),
    messageId: undefined,
    headers: { [ItemHeader.ATTEMPTS]: 0, [ItemHeader.INTERRUPTIONS]: 0 },
  });
});

test.each<[string, Record<string, number>, boolean, number]>([
  ['never delivered before', {}, false, 0],
  ['returned twice to a queue that counts', { 'x-delivery-count': 2 }, true, 2],
  ['returned to a queue that counts no lost delivery', { 'x-delivery-count': 0 }, true, 0],
  ['returned to a queue that does not count', {}, true, 1],
  ['requeued after three', { [ItemHeader.INTERRUPTIONS]: 3 }, false, 3],
  ['requeued after three, and returned once', { [ItemHeader.INTERRUPTIONS]: 3, 'x-delivery-count': 1 }, true, 4],
  ['requeued after three, and returned to a queue that does not count', { [ItemHeader.INTERRUPTIONS]: 3 }, true, 4],
  ['with a header that is no count', { [ItemHeader.INTERRUPTIONS]: -7 }, false, 0],
])('the interruptions of an item that was %s', (_, headers, redelivered, interruptions) => {
  const item = message({ headers, redelivered });
  expect(item.interruptions).toBe(interruptions);
  expect(item.isUncountedRedelivery).toBe(redelivered && !('x-delivery-count' in headers));
});

test('a dead letter has the reason, the attempts, the pod and the seconds, and the rest only if it is known', () => {
  const failure = { reason: 'exit 3', attempts: 2, milliseconds: 1234 };
  expect(message().deadLetter(failure, 'pod-1').headers).toEqual({
    [ItemHeader.RUN]: 'monday',
    [DeadLetterHeader.REASON]: 'exit 3',
    [DeadLetterHeader.ATTEMPTS]: 2,
    [DeadLetterHeader.POD]: 'pod-1',
    [DeadLetterHeader.SECONDS]: 1.2,
  });
  const more = { ...failure, exitCode: 3, signal: 9, stderr: 'oops' };
  expect(message().deadLetter(more, 'pod-1').headers).toMatchObject({
    [DeadLetterHeader.EXIT_CODE]: 3,
    [DeadLetterHeader.SIGNAL]: 9,
    [DeadLetterHeader.STDERR]: 'oops',
  });
});
