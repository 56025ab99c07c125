import { after, inTime, sleep, TimeLimitError, within } from '../../../lib/programs/runtime/time';

/** The timers of Node.js hold 2^31 - 1 ms. They fire at once when they get more. https://nodejs.org/api/timers.html */
const TOO_LONG_FOR_NODE = 2 ** 31;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test.each([1, 2 ** 31 - 1, TOO_LONG_FOR_NODE, YEAR_MS])('`after` calls after %d ms, and not before', (wait) => {
  const called = jest.fn();
  after(wait, called);
  jest.advanceTimersByTime(wait - 1);
  expect(called).toHaveBeenCalledTimes(0);
  jest.advanceTimersByTime(1);
  expect(called).toHaveBeenCalledTimes(1);
  expect(jest.getTimerCount()).toBe(0);
});

test.each([1, TOO_LONG_FOR_NODE / 2, YEAR_MS])('`after` can be called off when %d ms have passed', (passed) => {
  const called = jest.fn();
  const callOff = after(YEAR_MS + 1, called);
  jest.advanceTimersByTime(passed);
  callOff();
  expect(jest.getTimerCount()).toBe(0);
  jest.advanceTimersByTime(YEAR_MS);
  expect(called).not.toHaveBeenCalled();
});

test('no wait of the programs ends early because it is too long for a timer of Node.js', async () => {
  const ended: unknown[] = [];
  const end = (value: unknown) => ended.push(value);
  const forever = new Promise<never>(() => {});
  void sleep(YEAR_MS).then(() => end('sleep'));
  void inTime(forever, YEAR_MS).then(() => end('inTime'));
  void within(YEAR_MS, 'a wait', forever).catch(end);
  await jest.advanceTimersByTimeAsync(YEAR_MS - 1);
  expect(ended).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(ended).toEqual(['sleep', 'inTime', expect.any(TimeLimitError)]);
});
