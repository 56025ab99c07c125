import type { Attempt } from '../../../../cli/report/attempts';
import { lanesOf } from '../../../../cli/report/lanes';

const attempt = (pod: string, start: number, end: number): Attempt => ({
  ...{ number: 0, attempt: 1, pod, node: 'node-1', outcome: 'done', start, end },
});
const names = (attempts: Attempt[], ...more: [Parameters<typeof lanesOf>[1]?]) =>
  lanesOf(attempts, more[0] ?? [], 1000).lanes.map(({ pods }) => pods.map(({ name }) => name));

test('each pod has a lane of its own, by its start', () => {
  expect(names([attempt('b', 5, 9), attempt('a', 1, 2), attempt('b', 10, 12)])).toEqual([['a'], ['b']]);
});

test('many pods share lanes, and no two of a lane exist at the same time', () => {
  const attempts = Array.from({ length: 100 }, (_, n) =>
    attempt(`pod-${n}`, Math.floor(n / 4) * 10, Math.floor(n / 4) * 10 + 8),
  );
  const lanes = lanesOf(attempts, [], 1000);
  expect(lanes.lanes.map(({ pods }) => pods.length)).toEqual([25, 25, 25, 25]);
  for (const { pods } of lanes.lanes) {
    for (let n = 1; n < pods.length; n++) expect(pods[n].start).toBeGreaterThanOrEqual(pods[n - 1].end);
  }
  expect(lanes.laneOf.get('pod-99')).toBe(3);
});

test('a pod is as long as Kubernetes says, and as its attempts', () => {
  const life = { name: 'a', created: new Date(0).toISOString(), finished: new Date(50).toISOString() };
  const [{ pods }] = lanesOf([attempt('a', 10, 60)], [life], 1000).lanes;
  expect(pods).toEqual([{ name: 'a', start: 0, end: 60 }]);
});

test('a pod without an attempt has a lane too, up to now if it has not ended', () => {
  const [{ pods }] = lanesOf([], [{ name: 'a', created: new Date(100).toISOString() }], 1000).lanes;
  expect(pods).toEqual([{ name: 'a', start: 100, end: 1000 }]);
});
