import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { WorkItems } from '../../lib';
import { readStream } from '../../lib/contract/item-formula';
import { FramedItems } from '../../lib/contract/item-frames';

/** The items that the seeder reads from the ConfigMaps. */
export function received(items: WorkItems): Buffer[] {
  const sequence = readStream(new FramedItems(gunzipSync(Buffer.concat(items._packed.pieces))));
  return Array.from({ length: sequence.count }, (_, n) => sequence.item(n));
}

export function texts(items: WorkItems): string[] {
  return received(items).map(String);
}

/**
 * Creates a folder for the tests of a file, and removes it after them. Returns a function that writes a file into it.
 */
export function useFolder(): (content: string | Buffer, name?: string) => string {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'items-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return (content, name = 'items') => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
}
