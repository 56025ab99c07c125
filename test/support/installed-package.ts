import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

export const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });

/** A project with `main.ts` that has the package, as `npm install` of the tarball does it, without the network: the peers are linked. */
export class InstalledPackage {
  readonly project = mkdtempSync(join(tmpdir(), 'package-'));
  readonly folder = join(this.project, 'node_modules', 'cdk8s-work-queue');
  /** All that is in the tarball, by its path in the package. */
  readonly files: readonly string[];

  constructor() {
    mkdirSync(this.folder, { recursive: true });
    // Not the scripts: `prepack` may build anew, under the feet of other tests.
    run('npm', ['pack', '--ignore-scripts', '--pack-destination', this.project], ROOT);
    const tarball = readdirSync(this.project).find((name) => name.endsWith('.tgz')) ?? '';
    const names = run('tar', ['-tzf', tarball], this.project).trim().split('\n');
    this.files = names.map((name) => name.replace(/^package\//, ''));
    run('tar', ['-xzf', tarball, '-C', this.folder, '--strip-components', '1'], this.project);
    for (const peer of ['cdk8s', 'cdk8s-plus-28', 'constructs']) {
      symlinkSync(join(ROOT, 'node_modules', peer), join(this.project, 'node_modules', peer));
    }
    mkdirSync(join(this.project, 'examples'));
    for (const file of ['main.ts', 'examples/worker.py']) {
      writeFileSync(join(this.project, file), readFileSync(join(ROOT, file)));
    }
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** Synthesizes the project's `main.ts` with the package's own modules, and returns the manifest. */
  synth(): string {
    run(process.execPath, [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), 'main.ts'], this.project);
    return readFileSync(join(this.project, 'dist', 'fruits.k8s.yaml'), 'utf8');
  }

  remove(): void {
    rmSync(this.project, { recursive: true });
  }
}
