import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { withFirstItems } from '../../../../cli/manifest/first-items';
import { type Job, Manifest } from '../../../../cli/manifest/manifest';
import { manifestItems } from '../../../../cli/manifest/manifest-items';
import { EnvName } from '../../../../lib/contract/environment';
import { synthesizedApp } from '../../../support/synthesized';

const FRUITS = new Manifest(synthesizedApp('main.ts'));

test('the first items of a list are left, with the pods that these need', () => {
  const few = withFirstItems(FRUITS, 3);
  expect(texts(few)).toEqual([['apple', 'banana', 'cherry']]);
  const [worker] = few.workers;
  expect(worker.spec).toMatchObject({ completions: 3, parallelism: 2 });
  expect(variables(worker, 'courier')).toMatchObject({ ITEM_COUNT: '3', COMPLETIONS: '3', ITEMS_PER_POD: '1' });
});

test('the seeder finds the number and the digest of what it reads', () => {
  const few = withFirstItems(FRUITS, 3);
  const [seeder] = few.seeders;
  const { [EnvName.ITEM_COUNT]: count, [EnvName.ITEMS_DIGEST]: digest } = variables(seeder, 'seeder');
  const files = few.configMapFiles(`${seeder.name}-first-items`);
  expect(count).toBe('3');
  expect(
    createHash('sha256')
      .update(gunzipSync(files?.get('items-0000.gz') ?? ''))
      .digest('hex'),
  ).toBe(digest);
});

test('pods with several items are as many as the first items need', () => {
  const frames = withFirstItems(new Manifest(synthesizedApp('examples/frames.ts')), 5);
  expect(texts(frames)[0]).toHaveLength(5);
  expect(frames.workers[0].spec.completions).toBe(2);
});

test('a pool keeps its pods', () => {
  const pool = withFirstItems(new Manifest(synthesizedApp('examples/pool.ts')), 2);
  expect(texts(pool)).toEqual([['tile-0001', 'tile-0002']]);
  expect(pool.workers[0].spec).toMatchObject({ completions: 3, parallelism: 3 });
});

test('each list of a manifest has its own first items', () => {
  const few = withFirstItems(new Manifest(synthesizedApp('examples/library.ts')), 2);
  expect(texts(few).map((items) => items[0])).toEqual(['Berlin', '{"shop":"Berlin","of":"sales"}', 'shelf-01']);
  expect(texts(few).map(({ length }) => length)).toEqual([2, 2, 2]);
});

test('a list that is not longer stays as it is', () => {
  expect(withFirstItems(FRUITS, 8).objects).toEqual(FRUITS.objects);
  expect(withFirstItems(FRUITS, 1000).objects).toEqual(FRUITS.objects);
});

test('the given manifest does not change', () => {
  const before = JSON.stringify(FRUITS.objects);
  withFirstItems(FRUITS, 1);
  expect(JSON.stringify(FRUITS.objects)).toBe(before);
});

function texts(manifest: Manifest): string[][] {
  return manifest.seeders.map((seeder) => {
    const items = manifestItems(manifest, seeder);
    return Array.from({ length: items.count }, (_, n) => items.item(n).toString());
  });
}

function variables({ pod }: Job, container: string): Record<string, string | undefined> {
  const env = pod.containers.find(({ name }) => name === container)?.env ?? [];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}
