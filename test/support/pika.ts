import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../tools/synthesized-run';

/** Downloads pika into a folder. A wheel is a zip file, from which Python imports as it is. */
export function pikaWheel(folder: string): string {
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--dest', folder];
  execFileSync('python3', ['-m', 'pip', 'download', ...options, 'pika>=1.3,<2'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const wheel = readdirSync(folder).find((name) => /^pika-.*\.whl$/.test(name));
  if (!wheel) throw new Error('pip has downloaded no wheel of pika');
  return join(folder, wheel);
}

/** The ConfigMap that examples/own-consumers.ts expects. */
export function pikaFiles(): Json {
  const folder = mkdtempSync(join(tmpdir(), 'pika-'));
  try {
    const binaryData = { 'pika.whl': readFileSync(pikaWheel(folder)).toString('base64') };
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'pika' }, binaryData };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
