import { type Counted, endsByCount, Tally } from '../../../lib/programs/courier/tally';

let number = 0;
const item = (isFirstDelivery = true): Counted => ({ belongsToRun: true, isFirstDelivery, name: `item ${number++}` });
const foreign = (): Counted => ({ belongsToRun: false, isFirstDelivery: true, name: 'foreign message 1' });

beforeEach(() => {
  number = 0;
});

test.each([
  [true, 'the first of two indexes', 0, 2],
  [false, 'the last of two indexes', 1, 2],
  [false, 'the only index', 0, 1],
  [false, 'an index that a larger Job has added', 2, 2],
  [false, 'no index', undefined, 2],
  [false, 'an index of a pool, which has no number of completions', 0, undefined],
])('endsByCount is %s for %s', (expected, _, index, completions) => {
  expect(endsByCount(index, completions)).toBe(expected);
});

test('a pod of a pool never reaches itemsPerPod', () => {
  const tally = new Tally({ itemsPerPod: Number.POSITIVE_INFINITY, endsByCount: false });
  for (let n = 0; n < 10; n++) {
    expect(tally.wouldReachItemsPerPod(item())).toBe(false);
    tally.done(item());
  }
});

test('the pod of the last index goes on after itemsPerPod', () => {
  const tally = new Tally({ itemsPerPod: 2, endsByCount: false });
  tally.done(item());
  for (let n = 0; n < 3; n++) {
    expect(tally.wouldReachItemsPerPod(item())).toBe(true);
    tally.done(item());
  }
  expect(tally.endsByCount).toBe(false);
});

describe('a pod of two items', () => {
  test('has reached itemsPerPod with its second first delivery', () => {
    const tally = new Tally({ itemsPerPod: 2, endsByCount: true });
    expect(tally.wouldReachItemsPerPod(item())).toBe(false);
    tally.done(item());
    expect(tally.wouldReachItemsPerPod(item())).toBe(true);
  });

  test.each([
    ['items that were delivered before', () => item(false)],
    ['foreign messages', foreign],
  ])('does not reach itemsPerPod by %s, however many', (_, message) => {
    const tally = new Tally({ itemsPerPod: 2, endsByCount: true });
    for (let n = 0; n < 10; n++) tally.done(message());
    expect(tally.wouldReachItemsPerPod(item())).toBe(false);
    expect(tally.wouldReachItemsPerPod(message())).toBe(false);
  });

  test('does not reach itemsPerPod by dead letters', () => {
    const tally = new Tally({ itemsPerPod: 2, endsByCount: true });
    for (let n = 0; n < 10; n++) tally.deadLettered(item());
    expect(tally.wouldReachItemsPerPod(item())).toBe(false);
  });
});

describe('the text', () => {
  test('names the first three items and says that there were others', () => {
    const tally = new Tally({ itemsPerPod: 9, endsByCount: true });
    for (let n = 0; n < 4; n++) tally.done(item());
    expect(tally.text).toBe('4 items done: item 0, item 1, item 2, …');
  });

  test('names the first dead letter and counts all of them', () => {
    const tally = new Tally({ itemsPerPod: 9, endsByCount: true });
    tally.done(item());
    tally.deadLettered(item());
    tally.deadLettered(item());
    expect(tally.text).toBe('1 item done, 2 dead letters: item 0, item 1 as a dead letter, …');
  });

  test('says that nothing is done, and counts foreign messages apart', () => {
    const tally = new Tally({ itemsPerPod: 1, endsByCount: true });
    expect(tally.text).toBe('no item done');
    tally.done(foreign());
    expect(tally.text).toBe('no item done; also 1 foreign message');
  });
});
