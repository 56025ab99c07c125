import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { JSII_ENVIRONMENT } from '../../scripts/jsii-environment.cjs';

const execute = promisify(execFile);

/** The package for one version of cdk8s-plus, as `npm run package` has written it. */
export interface PackedPackage {
  /** The version of cdk8s-plus. */
  readonly plus: string;
  /** What it is called in each language. */
  readonly names: {
    readonly npm: string;
    readonly python: { readonly module: string };
    readonly go: { readonly packageName: string };
  };
  /** The folder that `npm run package` has written: the artifacts of all packages. */
  readonly artifacts: string;
}

/** Finds the tarball or the wheel of a package in a folder that also has those of others. */
export function fileOf(folder: string, name: string): string {
  const found = readdirSync(folder).find(
    (file) => /^-\d.*\.(tgz|whl)$/.test(file.replace(name, '')) && file.startsWith(name),
  );
  if (!found) throw new Error(`no file of ${name} in ${folder}`);
  return join(folder, found);
}

/** A project of a user in an empty folder, with the examples that it synthesizes. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'language-'));

  constructor(readonly packed: PackedPackage) {
    const tarball = fileOf(join(packed.artifacts, 'js'), packed.names.npm);
    execFileSync('tar', ['-xzf', tarball, '-C', this.folder, '--strip-components', '1', 'package/examples']);
  }

  file(...path: string[]): string {
    return join(this.folder, ...path);
  }

  write(name: string, text: string): void {
    writeFileSync(this.file(name), text);
  }

  /** Runs a command in the folder. Rejects, with what it has written, if it fails. */
  async run(command: string, args: readonly string[]): Promise<void> {
    try {
      const options = { cwd: this.folder, env: { ...process.env, ...JSII_ENVIRONMENT }, maxBuffer: 2 ** 26 };
      await execute(command, args, options);
    } catch (error) {
      const { message, stdout } = error as Error & { stdout?: string };
      throw new Error(`${message}\n${stdout?.slice(-3000)}`);
    }
  }

  /** The manifest of a chart, which the run of an app has written. It is removed. */
  manifest(chart: string): string {
    const file = this.file('dist', `${chart}.k8s.yaml`);
    const text = readFileSync(file, 'utf8');
    rmSync(file);
    return text;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The version of a package that this repository has installed: projects in each language get the same. */
export function installedVersion(name: string): string {
  return require(`${name}/package.json`).version;
}
