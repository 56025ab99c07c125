import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { control } from './control';

/** Where this machine gets its Debian packages from. */
const MIRROR =
  "grep -hE '^(URIs:|deb )' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | awk 'NR == 1 {print $2}'";

/** Makes an image of Debian packages, and loads it into all nodes of a cluster that runs on this machine, as root. */
export function loadDebianImage(name: string, ...packages: string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    const root = join(folder, 'root.tar');
    const mirror = execFileSync('sh', ['-c', MIRROR], { encoding: 'utf8' }).trim();
    const options = ['--quiet', '--variant=essential', `--include=${packages.join(',')}`];
    const recommended = ['--aptopt=APT::Install-Recommends "false"', '--aptopt=Acquire::Check-Valid-Until "false"'];
    execFileSync('mmdebstrap', [...options, ...recommended, 'trixie', root, mirror], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    control('load', name, root);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
