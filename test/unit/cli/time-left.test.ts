import { type Progress, timeLeft } from '../../../cli/run-state/time-left';

/** Numbers that look random, and are the same each time (mulberry32). */
function random(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const EVEN = Array.from({ length: 50 }, () => 10);
const rest = (progress: Partial<Progress>): Progress => ({
  durations: EVEN,
  atWorkSeconds: [],
  waiting: 10,
  workers: 2,
  gapSeconds: 0,
  ...progress,
});

test.each([
  ['items of the same duration', {}, 50],
  ['a gap after each item', { gapSeconds: 2 }, 60],
  ['an item at work', { atWorkSeconds: [4], waiting: 0 }, 6],
  ['more items than are drawn one by one', { waiting: 100_000 }, 500_000],
  ['more workers than items', { waiting: 3, workers: 100 }, 10],
  ['many workers and many items', { waiting: 1_000_000, workers: 10_000 }, 1000],
])('timeLeft is exact for %s', (_, progress, seconds) => {
  const left = timeLeft(rest(progress), random());
  expect(left?.fromSeconds).toBeCloseTo(seconds, -1);
  expect(left?.toSeconds).toBeCloseTo(seconds, -1);
});

test('timeLeft is a range that most outcomes are in', () => {
  const durations = Array.from({ length: 200 }, random(7)).map((value) => 1 + 30 * value ** 3);
  const left = timeLeft(rest({ durations, waiting: 100, workers: 4 }), random());
  expect(left).toBeDefined();
  const draw = random(99);
  const outcomes = Array.from({ length: 500 }, () => {
    const free = [0, 0, 0, 0];
    for (let n = 0; n < 100; n++) {
      free.sort((a, b) => a - b);
      free[0] += durations[Math.floor(draw() * durations.length)];
    }
    return Math.max(...free);
  });
  const inside = outcomes.filter((time) => left && time >= left.fromSeconds && time <= left.toSeconds);
  expect(inside.length / outcomes.length).toBeGreaterThan(0.6);
});

test('timeLeft is wider if few durations are known', () => {
  const durations = Array.from({ length: 200 }, random(3)).map((value) => 1 + 20 * value);
  const widthOf = (known: number) => {
    const left = timeLeft(rest({ durations: durations.slice(0, known), waiting: 500 }), random());
    return left ? left.toSeconds - left.fromSeconds : 0;
  };
  expect(widthOf(5)).toBeGreaterThan(2 * widthOf(200));
});

test('timeLeft says nothing without durations, without items and without workers', () => {
  expect(timeLeft(rest({ durations: [1, 2] }))).toBeUndefined();
  expect(timeLeft(rest({ waiting: 0 }))).toBeUndefined();
  expect(timeLeft(rest({ workers: 0 }))).toBeUndefined();
});
