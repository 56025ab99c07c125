import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A custom resource definition, in a Go module of its project: Go checks that a version never changes. */
export interface Definition {
  readonly module: string;
  readonly version: string;
  readonly file: string;
}

/** The version is also that of the controller in `test/e2e/cert-manager/go.mod`. */
export const CERTIFICATE: Definition = {
  module: 'github.com/cert-manager/cert-manager',
  version: 'v1.21.2',
  file: 'deploy/crds/cert-manager.io_certificates.yaml',
};

export const POD_MONITOR: Definition = {
  module: 'github.com/prometheus-operator/prometheus-operator',
  version: 'v0.85.0',
  file: 'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml',
};

/** The path of the file, on this machine, after a download where it is needed. */
export function locate(definition: Definition): string {
  const module = `${definition.module}@${definition.version}`;
  const { error, stdout } = spawnSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' });
  if (error) throw new Error(`go, which downloads ${module}, does not run: ${error.message}`);
  const { Dir, Error: reason } = JSON.parse(stdout);
  if (reason) throw new Error(`${module} cannot be downloaded: ${reason}`);
  return join(Dir, definition.file);
}
