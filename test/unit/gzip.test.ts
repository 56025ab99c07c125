import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { gzip } from '../../lib/private/gzip';

/** Bytes that are always the same for the same seed; of a small alphabet, so that there are matches. */
function bytes(length: number, seed: number, alphabet: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state >>> 16) % alphabet;
    }),
  );
}

test.each([0, 1, 2, 3, 4, 257, 258, 259, 260, 262, 32_767, 32_768, 32_769, 32_771, 70_000])(
  'any unzip reads %d bytes as they were, of whatever kind',
  (length) => {
    for (const alphabet of [1, 2, 3, 16, 256]) {
      const input = bytes(length, length + alphabet, alphabet);
      expect(gunzipSync(gzip(input)).equals(input)).toBe(true);
    }
  },
);

test('any unzip reads matches of every length and distance', () => {
  for (let length = 3; length <= 258; length++) {
    const input = Buffer.concat([
      bytes(length, length, 256),
      bytes(length * 128 - 5, 1, 256),
      bytes(length, length, 256),
    ]);
    expect(gunzipSync(gzip(input)).equals(input)).toBe(true);
  }
});

test('the output is the same on every machine', () => {
  const zipped = gzip(bytes(100_000, 1, 7));
  expect(createHash('sha256').update(zipped).digest('hex')).toBe(
    '7cdf33f391b70157b53be5ea88373325ba9e4184484f6c929b31b065ab577a68',
  );
});
