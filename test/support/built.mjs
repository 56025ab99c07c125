import { execFileSync } from 'node:child_process';
import { isBuilt } from '../../scripts/stale.mjs';

/** Tests use the programs of the build. One that exists is kept, even if the sources have changed: building takes seconds. */
export default function build() {
  if (!isBuilt()) execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
