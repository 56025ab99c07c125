import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RetryDeadline } from '../../../lib/programs/runtime/retry-deadline';

const PROGRAMS = join(__dirname, '..', '..', '..', 'lib', 'programs');

let now = 0;
beforeEach(() => {
  now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

test('the deadline passes 10 min after the last progress', () => {
  const deadline = new RetryDeadline();
  now += 599_999;
  expect(deadline.passed).toBe(false);
  deadline.reset();
  now += 599_999;
  expect(deadline.passed).toBe(false);
  now += 1;
  expect(deadline.passed).toBe(true);
});

test('progress is what gets further than ever before, not the same steps again', () => {
  const deadline = new RetryDeadline(10);
  deadline.reached(2000);
  now += 9;
  deadline.reached(1000);
  deadline.reached(2000);
  now += 1;
  expect(deadline.passed).toBe(true);
  deadline.reached(2001);
  expect(deadline.passed).toBe(false);
});

test('the time of work that does not count is neither progress nor time without it', async () => {
  const deadline = new RetryDeadline(10);
  now += 6;
  const work = deadline.without(
    Promise.resolve().then(() => {
      now += 1000;
      throw new Error('lost');
    }),
  );
  await expect(work).rejects.toThrow('lost');
  expect(deadline.passed).toBe(false);
  now += 4;
  expect(deadline.passed).toBe(true);
});

test('progress during work that does not count leaves the whole limit after it', async () => {
  const deadline = new RetryDeadline(10);
  await deadline.without(
    Promise.resolve().then(() => {
      now += 1000;
      deadline.reset();
    }),
  );
  now += 10;
  expect(deadline.passed).toBe(true);
});

test('no program measures time with the time of day, which may jump', () => {
  const sources = readdirSync(PROGRAMS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(sources.length).toBeGreaterThan(30);
  // A claim was made by another pod, which has another monotonic clock.
  const allowed = ['courier/lost-items.ts'];
  expect(sources.filter((name) => readFileSync(join(PROGRAMS, name), 'utf8').includes('Date.now'))).toEqual(allowed);
});
