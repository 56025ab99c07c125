import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

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
