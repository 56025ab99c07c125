import { gzipSync } from 'fflate';

/**
 * The same input gives the same bytes on every machine, which names that hash them rely on. Node's own zlib does not: Node 20
 * and zlib 1.2.13 differ by a byte for the eight fruits.
 */
export function gzip(input: Uint8Array): Buffer {
  return Buffer.from(gzipSync(input, { level: 9, mtime: 0 }));
}
