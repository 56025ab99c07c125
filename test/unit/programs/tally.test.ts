import { type Counted, countsTowardsExit, Tally } from '../../../lib/programs/courier/tally';

let number = 0;
const item = (isFirstDelivery = true, filling?: string): Counted => ({
  ...{ belongsToRun: true, isFirstDelivery, filling, name: `item ${number++}` },
});
const foreign = (): Counted => ({
  ...{ belongsToRun: false, isFirstDelivery: true, filling: undefined, name: 'foreign message 1' },
});

beforeEach(() => {
  number = 0;
});

test.each([
  ['the first delivery of an item', true, item()],
  ['an item that was delivered before', false, item(false)],
  ['a foreign message', false, foreign()],
])('countsTowardsExit of %s is %s', (_, counts, message) => {
  expect(countsTowardsExit(message)).toBe(counts);
});

describe('a pod of two items', () => {
  test('has reached itemsPerPod with its second first delivery', () => {
    const tally = new Tally(2);
    expect(tally.wouldReachItemsPerPod(item())).toBe(false);
    tally.done(item());
    expect(tally.wouldReachItemsPerPod(item())).toBe(true);
  });

  test.each([
    ['items that were delivered before', () => item(false)],
    ['foreign messages', foreign],
  ])('does not reach itemsPerPod by %s, however many', (_, message) => {
    const tally = new Tally(2);
    for (let n = 0; n < 10; n++) tally.done(message());
    expect(tally.wouldReachItemsPerPod(item())).toBe(false);
    expect(tally.wouldReachItemsPerPod(message())).toBe(false);
  });

  test('does not reach itemsPerPod by dead letters', () => {
    const tally = new Tally(2);
    for (let n = 0; n < 10; n++) tally.deadLettered(item());
    expect(tally.wouldReachItemsPerPod(item())).toBe(false);
  });

  test('expects an acked item to count', () => {
    const tally = new Tally(2);
    tally.acked(item());
    expect(tally.wouldReachItemsPerPod(item())).toBe(true);
  });

  test('no longer expects an acked item to count when the connection was lost before the proof', () => {
    const tally = new Tally(2);
    tally.acked(item());
    tally.newSession();
    expect(tally.wouldReachItemsPerPod(item())).toBe(false);
  });

  test('does not count items of an earlier filling towards those of the next one', () => {
    const tally = new Tally(2);
    const [old, late, next] = [item(true, 'first'), item(true, 'first'), item(true, 'second')];
    tally.arrived(old);
    tally.done(old);
    tally.acked(late);
    tally.arrived(next);
    expect(tally.wouldReachItemsPerPod(next)).toBe(false);
    tally.proven(late);
    expect(tally.wouldReachItemsPerPod(next)).toBe(false);
    tally.done(next);
    expect(tally.wouldReachItemsPerPod(item(true, 'second'))).toBe(true);
    expect(tally.text).toMatch(/^3 items done/);
  });

  test('counts on when a foreign message or a requeued item has no filling', () => {
    const tally = new Tally(2);
    const [first, second] = [item(true, 'first'), item(true, 'first')];
    tally.arrived(first);
    tally.done(first);
    for (const other of [foreign(), item(false)]) {
      tally.arrived(other);
      tally.done(other);
    }
    tally.arrived(second);
    expect(tally.wouldReachItemsPerPod(second)).toBe(true);
  });

  test('counts an item once, whether it was acked before or not', () => {
    const tally = new Tally(3);
    const first = item();
    tally.acked(first);
    tally.proven(first);
    expect(tally.wouldReachItemsPerPod(item())).toBe(false);
    tally.done(item());
    expect(tally.wouldReachItemsPerPod(item())).toBe(true);
  });
});

describe('the text', () => {
  test('names the first three items and says that there were others', () => {
    const tally = new Tally(9);
    for (let n = 0; n < 4; n++) tally.done(item());
    expect(tally.text).toBe('4 items done: item 0, item 1, item 2, …');
  });

  test('names the first dead letter and counts all of them', () => {
    const tally = new Tally(9);
    tally.done(item());
    tally.deadLettered(item());
    tally.deadLettered(item());
    expect(tally.text).toBe('1 item done, 2 dead letters: item 0, item 1 as a dead letter, …');
  });

  test('says that nothing is done, and counts foreign messages apart', () => {
    const tally = new Tally(1);
    expect(tally.text).toBe('no item done');
    tally.done(foreign());
    expect(tally.text).toBe('no item done; also 1 foreign message');
  });
});
