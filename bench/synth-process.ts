import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kind } from './bench-items';
import { type Measured, measuredProcess } from './measured-process';

/** As `cdk8s synth` runs the app of cdk8s.yaml, without the CLI's own start, which is the same for all apps. */
export async function synthProcess(file: string, env: Record<string, string> = {}): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-synth-'));
  try {
    return await measuredProcess(['node_modules/.bin/tsx', file], { ...env, CDK8S_OUTDIR: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function synthItems(kind: Kind, items: number): Promise<Measured> {
  return synthProcess('bench/items-chart.ts', { ITEMS_KIND: kind, ITEMS: String(items) });
}
