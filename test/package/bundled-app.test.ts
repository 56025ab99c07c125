import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { InstalledPackage, run } from '../support/installed-package';

const root = join(__dirname, '..', '..');

describe('an app that esbuild has bundled synthesizes the manifest that it synthesizes from its sources', () => {
  let installed: InstalledPackage;
  let manifest: string;
  let folder: string;

  beforeAll(() => {
    installed = new InstalledPackage();
    manifest = installed.synth();
    folder = mkdtempSync(join(tmpdir(), 'bundled-app-'));
  });
  afterAll(() => {
    installed.remove();
    rmSync(folder, { recursive: true });
  });

  /** From `main.ts` of the project. */
  const bundle = (outfile: string, options: BuildOptions = {}) =>
    buildSync({
      absWorkingDir: installed.project,
      entryPoints: ['main.ts'],
      outfile,
      bundle: true,
      platform: 'node',
      nodePaths: [join(root, 'node_modules')],
      logLevel: 'error',
      ...options,
    });

  /** Runs a bundle in the project, whose files the chart reads. */
  const synthesize = (file: string) => {
    const output = join(installed.project, dirname(file) === folder ? 'from-one-file' : 'from-a-project');
    rmSync(output, { recursive: true, force: true });
    const script = 'process.env.CDK8S_OUTDIR = process.argv[1]; require(process.argv[2])';
    run(process.execPath, ['-e', script, output, file], installed.project);
    return readFileSync(join(output, 'fruits.k8s.yaml'), 'utf8');
  };

  test.each([false, true])('with everything in one file, which no package is beside (minified: %s)', (minify) => {
    const file = join(folder, 'app.js');
    bundle(file, { minify });
    expect(synthesize(file) === manifest).toBe(true);
    // Their licence demands that it comes with each copy.
    expect(readFileSync(file, 'utf8')).toMatch(/^ *csv-parse [\d.]+ \(MIT\)$/m);
  });

  test('with the packages left outside', () => {
    const file = join(installed.project, 'app.js');
    bundle(file, { packages: 'external' });
    expect(readFileSync(file, 'utf8')).toContain('require("cdk8s-work-queue")');
    expect(synthesize(file) === manifest).toBe(true);
  });

  test('as an ES module, with the `require` that the bundle needs for modules of Node.js', () => {
    const file = join(folder, 'app.mjs');
    const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
    bundle(file, { format: 'esm', banner: { js } });
    const output = join(installed.project, 'from-a-module');
    const script = 'process.env.CDK8S_OUTDIR = process.argv[1]; import(process.argv[2])';
    run(process.execPath, ['-e', script, output, file], installed.project);
    expect(readFileSync(join(output, 'fruits.k8s.yaml'), 'utf8') === manifest).toBe(true);
  });
});
