import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InstalledPackage, run } from '../support/installed-package';
import { linksOf } from '../support/pages';

const root = join(__dirname, '..', '..');

/** What an update of a package may add to, but what a second build of one would exceed. */
const MAX_UNPACKED = 6e6;

describe('the package, installed from its tarball', () => {
  let installed: InstalledPackage;

  beforeAll(() => {
    installed = new InstalledPackage();
  });
  afterAll(() => installed.remove());

  test('has the constructs, their jsii assembly and the programs, and no sources', () => {
    const { files } = installed;
    expect(files).toEqual(
      expect.arrayContaining(['.jsii', 'build/lib/index.js', 'build/lib/index.d.ts', 'build/programs/courier.js']),
    );
    const sources = files.filter((file) => /\.ts$/.test(file) && !/\.d\.[cm]?ts$/.test(file));
    // The examples are there to be copied.
    expect(sources.filter((file) => !file.startsWith('examples/'))).toEqual([]);
    expect(files.filter((file) => /^(test|lib)/.test(file))).toEqual([]);
  });

  test('has no package inside, of which it would use one build of many', () => {
    expect(installed.files.filter((file) => file.includes('node_modules'))).toEqual([]);
    const { dependencies, bundleDependencies } = JSON.parse(installed.read('package.json'));
    expect([dependencies, bundleDependencies]).toEqual([undefined, undefined]);
  });

  test('is not larger than what it needs', () => {
    const sizes = installed.files.map((file) => statSync(join(installed.folder, file)).size);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(MAX_UNPACKED);
  });

  test('runs nothing when it is installed', () => {
    const { scripts } = JSON.parse(installed.read('package.json'));
    const installing = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
    expect(installing.filter((name) => name in scripts)).toEqual([]);
  });

  test('has every module that its own code requires', () => {
    const modules = installed.files.filter((file) => /^build\/lib\/.*\.js$/.test(file));
    const paths = modules.map((file) => join(installed.folder, file));
    run(process.execPath, ['-e', 'process.argv.slice(1).map(require)', ...paths], installed.project);
    expect(modules).toContain('build/lib/broker/private/certificate.js');
  });

  test('has the programs in its constructs as they are in build/programs, which a reviewer compares', () => {
    const programs = installed.files.filter((file) => /^build\/programs\/.*[^p]$/.test(file));
    expect(programs.length).toBeGreaterThan(8);
    const { builtFile } = require(join(installed.folder, 'build/lib/manifest/built-file.js'));
    const different = programs.filter(
      (file) => !builtFile(basename(file))?.equals(readFileSync(join(installed.folder, file))),
    );
    expect(different).toEqual([]);
    expect(builtFile('none.js')).toBeUndefined();
  });

  test('synthesizes main.ts as a chart of another project', () => {
    const manifest = installed.synth();
    expect(manifest.match(/^kind: .*$/gm)?.filter((kind) => kind === 'kind: Job')).toHaveLength(3);
    expect(manifest).toContain('courier.js: ');
  });

  test('has the command line as one file, which runs from any folder and needs no other package', () => {
    const { bin } = JSON.parse(installed.read('package.json'));
    const file = join(installed.project, 'alone.js');
    writeFileSync(file, installed.read(bin['cdk8s-work-queue']));
    const env = { PATH: process.env.PATH, HOME: installed.project, KUBECONFIG: '/nowhere' };
    const options = { cwd: '/', env, encoding: 'utf8' } as const;
    expect(spawnSync(process.execPath, [file, '--help'], options).stdout).toContain('Usage: cdk8s-work-queue');
    const { status, stderr } = spawnSync(process.execPath, [file, 'runs'], options);
    expect([status, stderr]).toEqual([2, expect.stringContaining('KUBECONFIG names /nowhere')]);
  });

  test('has each file that a link of its own pages leads to', () => {
    const pages = installed.files.filter((file) => file.endsWith('.md'));
    expect(pages).toEqual(expect.arrayContaining(['API.md', 'README.md', 'docs/README.md', 'docs/command-line.md']));
    // API.md has what looks like links in signatures of cdk8s-plus.
    const written = pages.filter((page) => page !== 'API.md');
    const missing = written.flatMap((page) =>
      linksOf(installed.read(page))
        .filter(({ url, path }) => url === undefined && !existsSync(join(installed.folder, dirname(page), path)))
        .map(({ target }) => `${page}: ${target}`),
    );
    expect(missing).toEqual([]);
  });

  test('has types that a strict project compiles with', () => {
    const options = ['--strict', '--noEmit', '--module', 'node16', '--target', 'es2022', '--types', 'node'];
    const types = ['--typeRoots', join(root, 'node_modules', '@types')];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    run(process.execPath, [tsc, ...options, ...types, 'main.ts'], installed.project);
  });

  test('has types that name no other package than its peers', () => {
    const types = installed.files.filter((file) => /^build\/.*\.d\.ts$/.test(file));
    const imported = types.flatMap((file) =>
      // Not in comments, which have examples.
      [...installed.read(file).matchAll(/^(?! *\*).*from '([^'.][^']*)'/gm)].map(([, name]) => name),
    );
    const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(new Set(imported.filter((name) => !name.startsWith('node:')))).toEqual(
      new Set(Object.keys(peerDependencies)),
    );
  });
});
