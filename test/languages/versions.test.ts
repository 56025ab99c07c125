import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { VERSIONS } from '../../scripts/plus-versions.cjs';

const ROOT = join(__dirname, '..', '..');

/** With the oldest and the newest, CI runs all tests of `unit`. */
test.each(VERSIONS.slice(1, -1))('with cdk8s-plus-%s, the manifests of all examples are the same', (plus) => {
  const args = ['jest', 'test/unit/manifest/golden', '--selectProjects', 'unit'];
  execFileSync('npx', args, { cwd: ROOT, env: { ...process.env, CDK8S_PLUS: plus }, stdio: 'pipe' });
});
