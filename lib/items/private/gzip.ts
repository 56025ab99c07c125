import { gzipSync } from 'fflate';

/**
 * Compresses the input. The same input gives the same bytes on every machine, which names that contain their hash rely
 * on. Node's own zlib does not guarantee that: for the eight fruits, the output of Node 20 differs by a byte from that
 * of zlib 1.2.13.
 */
export function gzip(input: Uint8Array): Buffer {
  return Buffer.from(gzipSync(input, { level: 9, mtime: 0 }));
}
