// Writes imports/*.ts anew: `cdk8s import` of the custom resource definitions that we render objects for. They come from the
// Go modules of their projects: Go checks that a version never changes, which a URL in cdk8s.yaml could not promise.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** To take a newer version, change it here, run `npm run import` and read the difference. */
const DEFINITIONS = [
  {
    module: 'github.com/cert-manager/cert-manager@v1.21.2',
    file: 'deploy/crds/cert-manager.io_certificates.yaml',
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    file: 'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml',
  },
];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const imports = join(root, 'imports');
const cdk8s = join(root, 'node_modules', '.bin', 'cdk8s');

const files = DEFINITIONS.map(({ module, file }) => join(download(module), file));
for (const old of readdirSync(imports).filter((name) => name.endsWith('.ts'))) rmSync(join(imports, old));
for (const file of files) {
  const options = ['--language=typescript', `--output=${imports}`, '--no-save', '--no-check-upgrade'];
  execFileSync(cdk8s, ['import', file, ...options], { cwd: root, stdio: 'inherit' });
}

/** The folder of a Go module's version. */
function download(module) {
  const { error, stdout } = spawnSync('go', ['mod', 'download', '-json', module], { cwd: root, encoding: 'utf8' });
  if (error) throw new Error(`go, which downloads ${module}, does not run: ${error.message}`);
  const { Dir, Error: reason } = JSON.parse(stdout);
  if (reason) throw new Error(`${module} cannot be downloaded: ${reason}`);
  return Dir;
}
