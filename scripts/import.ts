// Writes imports/*.ts anew: `cdk8s import` of the definitions of all objects that we render and that are not Kubernetes' own.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CERTIFICATE, locate, POD_MONITOR } from './definitions';

const root = join(__dirname, '..');
const imports = join(root, 'imports');
const cdk8s = join(root, 'node_modules', '.bin', 'cdk8s');

const files = [CERTIFICATE, POD_MONITOR].map(locate);
for (const old of readdirSync(imports).filter((name) => name.endsWith('.ts'))) rmSync(join(imports, old));
for (const file of files) {
  const options = ['--language=typescript', `--output=${imports}`, '--no-save', '--no-check-upgrade'];
  execFileSync(cdk8s, ['import', file, ...options], { cwd: root, stdio: 'inherit' });
}
