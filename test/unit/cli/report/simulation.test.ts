import { simulatedMakespan } from '../../../../cli/report/simulation';

const FREE = { podSeconds: 0, itemSeconds: 0 };

test.each([
  ['one after the other', [1, 2, 3], 1, Infinity, FREE, 6],
  ['all at the same time', [1, 2, 3], 8, Infinity, FREE, 3],
  ['in the order of the queue', [1, 1, 10], 2, Infinity, FREE, 11],
  ['with a pause between two items of a pod', [1, 1, 1], 1, Infinity, { podSeconds: 5, itemSeconds: 0.5 }, 4],
  ['with the start of a pod between two pods', [1, 1, 1], 1, 1, { podSeconds: 5, itemSeconds: 0.5 }, 13],
  ['with pods of two items', [1, 1, 1, 1], 1, 2, { podSeconds: 5, itemSeconds: 0.5 }, 10],
  ['without items', [], 3, 1, FREE, 0],
])('a run takes its items %s', (_, items, parallelism, itemsPerPod, overhead, seconds) => {
  expect(simulatedMakespan(items, { parallelism, itemsPerPod }, overhead)).toBeCloseTo(seconds);
});

test('a simulated run of many items takes what a simple simulation says', () => {
  const items = Array.from({ length: 2000 }, (_, n) => 1 + 9 * ((n * Math.SQRT2) % 1));
  const overhead = { podSeconds: 4, itemSeconds: 0.1 };
  const setup = { parallelism: 37, itemsPerPod: 7 };
  const places = Array.from({ length: setup.parallelism }, () => ({ free: 0, done: 0 }));
  let last = 0;
  for (const seconds of items) {
    const place = places.reduce((a, b) => (b.free < a.free ? b : a));
    const end = place.free + seconds;
    last = Math.max(last, end);
    place.done++;
    place.free = end + (place.done % setup.itemsPerPod === 0 ? overhead.podSeconds : overhead.itemSeconds);
  }
  expect(simulatedMakespan(items, setup, overhead)).toBeCloseTo(last);
});
