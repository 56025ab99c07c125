import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { gzip } from '../../../lib/items/private/gzip';

/** Returns bytes that are always the same for a seed. The alphabet is small, so that there are matches to compress. */
function bytes(length: number, seed: number, alphabet: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 16) % alphabet;
    }),
  );
}

test.each([0, 1, 258, 32_769, 70_000])('the zlib of the seeder unpacks %d bytes to what gzip packed', (length) => {
  for (const alphabet of [1, 3, 256]) {
    const input = bytes(length, length + alphabet, alphabet);
    expect(gunzipSync(gzip(input)).equals(input)).toBe(true);
  }
});

test('the output of gzip is the same on every machine', () => {
  const zipped = gzip(bytes(100_000, 1, 7));
  expect(createHash('sha256').update(zipped).digest('hex')).toBe(
    '60df79b02c0ba01984c75f5148bb515e3ff7eab0de832b51ae073339b7966541',
  );
});
