import { linesOf } from '../../../cli/run-state/attempt-log';
import { ItemAttempts } from '../../../cli/run-state/item-attempts';
import { itemEvent, ledgerEntry } from '../../../cli/run-state/stream-entries';
import { BEGAN, StreamMessages, time } from '../../support/stream-messages';

const RUN = { queue: 'q', run: 'r', itemCount: 8 };
const messages = new StreamMessages(RUN);
const ITEM = 2;
let attempts: ItemAttempts;
beforeEach(() => {
  attempts = new ItemAttempts(ITEM);
});

function tell(...told: Parameters<typeof itemEvent>[1][]): void {
  for (const message of told) {
    const event = itemEvent(RUN, message);
    if (event) attempts.addEvent(event);
    const entry = ledgerEntry(RUN, message);
    if (entry) attempts.addRecord(entry);
  }
}

const at = (seconds: number) => BEGAN + seconds * 1000;

test('attempts are told with their ends, in order', () => {
  tell(
    messages.started(ITEM, { at: 1 }),
    messages.failed(ITEM, { at: 3 }),
    messages.started(ITEM, { at: 5, attempt: 2 }),
    messages.requeued(ITEM, { at: 6 }),
    messages.started(ITEM, { at: 8, attempt: 2, pod: 'pod-1' }),
    messages.done(ITEM, { attempt: 2, pod: 'pod-1', started: 8, seconds: 4 }),
  );
  expect(attempts.all).toEqual([
    { attempt: 1, pod: 'pod-0', started: at(1), ended: at(3), outcome: 'failed (exit 3)' },
    { attempt: 2, pod: 'pod-0', started: at(5), ended: at(6), outcome: 'given to another pod (terminated)' },
    { attempt: 2, pod: 'pod-1', started: at(8), ended: at(12), outcome: 'done' },
  ]);
});

test('an attempt whose start nobody has told is known by its record', () => {
  tell(messages.done(ITEM, { started: 8, seconds: 4 }));
  expect(attempts.all).toEqual([{ attempt: 1, pod: 'pod-0', started: at(8), ended: at(12), outcome: 'done' }]);
});

test('an attempt begins when its record says so, if the event was told later', () => {
  tell(messages.started(ITEM, { at: 8.5 }), messages.done(ITEM, { started: 8, seconds: 4 }));
  expect(attempts.all).toEqual([{ attempt: 1, pod: 'pod-0', started: at(8), ended: at(12), outcome: 'done' }]);
  expect(attempts.nextStart(attempts.all[0])).toBeUndefined();
});

test('an attempt that failed before its start was told is known by its end', () => {
  tell(messages.failed(ITEM, { at: 3, seconds: 0.1 }), messages.started(ITEM, { at: 5, attempt: 2 }));
  expect(attempts.all).toEqual([
    { attempt: 1, pod: 'pod-0', started: at(2.9), ended: at(3), outcome: 'failed (exit 3)' },
    { attempt: 2, pod: 'pod-0', started: at(5) },
  ]);
});

test('an attempt that goes on has no end', () => {
  tell(messages.started(ITEM, { at: 1 }), messages.dead(3, 'other'));
  expect(attempts.all).toEqual([{ attempt: 1, pod: 'pod-0', started: at(1) }]);
  expect(attempts.dead).toBeUndefined();
});

test('what comes next in the same pod ends an attempt too', () => {
  tell(messages.started(ITEM, { at: 1 }), messages.started(5, { at: 3, pod: 'pod-1' }), messages.started(6, { at: 4 }));
  expect(attempts.nextStart(attempts.all[0])).toBe(at(4));
});

test('what came next may be known only by its end', () => {
  tell(messages.started(ITEM, { at: 1 }), messages.failed(6, { at: 4, seconds: 0.1 }));
  expect(attempts.nextStart(attempts.all[0])).toBe(at(3.9));
  tell(messages.done(7, { started: 3, seconds: 0.1 }), messages.done(5, { started: 2, seconds: 1, pod: 'pod-1' }));
  expect(attempts.nextStart(attempts.all[0])).toBe(at(3));
});

const LOG = [
  `${time(0.5)} before`,
  `${time(1)} first`,
  `${time(2).replace('Z', '123456Z')} second with  blanks`,
  `${time(2.9)} `,
  `${time(3.4)} late`,
  `${time(6)} after`,
  '',
].join('\n');

test('the lines of an attempt are those between its start and its end, and what the kubelet has read a little later', () => {
  const attempt = { attempt: 1, pod: 'p', started: at(1), ended: at(3) };
  expect(linesOf(LOG, attempt, undefined)).toEqual(['first', 'second with  blanks', '', 'late']);
  expect(linesOf(LOG, attempt, at(3.2))).toEqual(['first', 'second with  blanks', '']);
});

test('the lines of an attempt that goes on are all since its start', () => {
  expect(linesOf(LOG, { attempt: 1, pod: 'p', started: at(2) }, undefined)).toEqual([
    'second with  blanks',
    '',
    'late',
    'after',
  ]);
});
