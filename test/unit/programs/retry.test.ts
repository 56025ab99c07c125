import { GaveUp, Obstacle, retry } from '../../../lib/programs/runtime/retry';
import { RetryDeadline } from '../../../lib/programs/runtime/retry-deadline';
import { BackOff } from '../../../lib/programs/runtime/time';

const never = () => new AbortController().signal;
const soon = () => new BackOff(1, 2);

test('retry repeats an attempt until it has a result, and describes each obstacle before its pause', async () => {
  const obstacles = ['first', 'second'];
  const described: string[] = [];
  const result = await retry({
    attempt: async () => {
      const obstacle = obstacles.shift();
      return obstacle ? new Obstacle(obstacle) : 'result';
    },
    backOff: soon(),
    signal: never(),
    describe: (obstacle, pause) => described.push(`${obstacle} ${pause > 0}`),
  });
  expect(result).toBe('result');
  expect(described).toEqual(['first true', 'second true']);
});

test('retry gives up when its deadline has passed, after the attempt that met it', async () => {
  let attempts = 0;
  const result = await retry({
    attempt: async () => {
      attempts++;
      return new Obstacle('closed');
    },
    backOff: soon(),
    deadline: new RetryDeadline(0),
    signal: never(),
  });
  expect(result).toEqual(new GaveUp('deadline', 'closed'));
  expect(attempts).toBe(1);
});

test('retry gives up when its signal aborts, also during a pause', async () => {
  const shutdown = new AbortController();
  const result = await retry({
    attempt: async () => new Obstacle('closed'),
    backOff: new BackOff(600_000, 600_000),
    signal: shutdown.signal,
    describe: () => queueMicrotask(() => shutdown.abort()),
  });
  expect(result).toEqual(new GaveUp('terminated', 'closed'));
});

test('retry passes a rejection on', async () => {
  const broken = retry({
    attempt: async () => {
      throw new Error('broken');
    },
    backOff: soon(),
    signal: never(),
  });
  await expect(broken).rejects.toThrow('broken');
});

test('BackOff doubles its waits up to the maximum, each with jitter of a half, and starts over after reset', () => {
  const backOff = new BackOff(100, 300);
  for (const [min, max] of [
    [50, 150],
    [100, 300],
    [150, 450],
    [150, 450],
  ]) {
    const wait = backOff.next();
    expect(wait).toBeGreaterThanOrEqual(min);
    expect(wait).toBeLessThanOrEqual(max);
  }
  backOff.reset();
  expect(backOff.next()).toBeLessThanOrEqual(150);
});
