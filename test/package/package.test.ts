import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { bundleDependencies } from '../../package.json';
import { linksOf } from '../support/pages';

const root = join(__dirname, '..', '..');
const run = (command: string, args: string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });

/** As `npm install` of the tarball does it, without the network: the peers are linked. */
describe('the package, installed from its tarball', () => {
  let project: string;
  let files: string[];

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'package-'));
    const modules = join(project, 'node_modules');
    const own = join(modules, 'cdk8s-work-queue');
    mkdirSync(own, { recursive: true });
    // Not the scripts: `prepare` builds anew, under the feet of other tests.
    run('npm', ['pack', '--ignore-scripts', '--pack-destination', project], root);
    const tarball = readdirSync(project).find((name) => name.endsWith('.tgz')) ?? '';
    files = run('tar', ['-tzf', tarball], project).trim().split('\n');
    run('tar', ['-xzf', tarball, '-C', own, '--strip-components', '1'], project);
    for (const peer of ['cdk8s', 'cdk8s-plus-28', 'constructs']) {
      symlinkSync(join(root, 'node_modules', peer), join(modules, peer));
    }
    mkdirSync(join(project, 'examples'));
    writeFileSync(join(project, 'examples', 'worker.py'), readFileSync(join(root, 'examples', 'worker.py')));
  });
  afterAll(() => rmSync(project, { recursive: true }));

  test('has the constructs, their jsii assembly and the programs, and no sources', () => {
    for (const file of ['.jsii', 'build/lib/index.js', 'build/lib/index.d.ts', 'build/programs/courier.js']) {
      expect(files).toContain(`package/${file}`);
    }
    const sources = files.filter((file) => /\.ts$/.test(file) && !/\.d\.[cm]?ts$/.test(file));
    // The examples are there to be copied.
    expect(sources.filter((file) => !file.startsWith('package/examples/'))).toEqual([]);
    expect(files.filter((file) => /^package\/(test|lib)/.test(file))).toEqual([]);
    const bundled = files.map((file) => /^package\/node_modules\/([^/]+)/.exec(file)?.[1]).filter((name) => name);
    expect([...new Set(bundled)].sort()).toEqual([...bundleDependencies].sort());
  });

  test('has the licence of each package whose code is in its programs, in a file and in the programs', () => {
    const own = join(project, 'node_modules', 'cdk8s-work-queue', 'build');
    expect(files).toContain('package/build/THIRD-PARTY-LICENSES');
    const licences = readFileSync(join(own, 'THIRD-PARTY-LICENSES'), 'utf8');
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[''];
    expect(dependencies).not.toHaveProperty('amqplib'); // or it would come with its own
    for (const text of ['amqplib ', '(MIT)', 'Copyright (c) 2013, 2014 Michael Bridgen', 'this permission notice']) {
      expect(licences).toContain(text);
      for (const program of ['courier', 'seeder']) {
        expect(gunzipSync(readFileSync(join(own, 'programs', `${program}.js.gz`))).toString()).toContain(text);
      }
    }
    // Of the command line.
    expect(licences).toMatch(/^commander [\d.]+ \(MIT\)$/m);
  });

  test('has every module that its own code requires', () => {
    const modules = files.filter((file) => /^package\/build\/lib\/.*\.js$/.test(file));
    const own = modules.map((file) => join(project, 'node_modules', 'cdk8s-work-queue', relative('package', file)));
    run(process.execPath, ['-e', 'process.argv.slice(1).map(require)', ...own], project);
    expect(own).toContainEqual(expect.stringMatching(/build\/lib\/broker\/private\/certificate\.js$/));
  });

  test('synthesizes main.ts as a chart of another project', () => {
    writeFileSync(join(project, 'main.ts'), readFileSync(join(root, 'main.ts')));
    run(process.execPath, [join(root, 'node_modules/tsx/dist/cli.mjs'), 'main.ts'], project);
    const manifest = readFileSync(join(project, 'dist', 'fruits.k8s.yaml'), 'utf8');
    expect(manifest.match(/^kind: .*$/gm)?.filter((kind) => kind === 'kind: Job')).toHaveLength(3);
    expect(manifest).toContain('courier.js: ');
  });

  test('has the command line as one file, which runs from any folder and needs no other package', () => {
    const { bin } = JSON.parse(readFileSync(join(project, 'node_modules', 'cdk8s-work-queue', 'package.json'), 'utf8'));
    const file = join(project, 'alone.js');
    writeFileSync(file, readFileSync(join(project, 'node_modules', 'cdk8s-work-queue', bin['cdk8s-work-queue'])));
    const env = { PATH: process.env.PATH, HOME: project, KUBECONFIG: '/nowhere' };
    const options = { cwd: '/', env, encoding: 'utf8' } as const;
    expect(spawnSync(process.execPath, [file, '--help'], options).stdout).toContain('Usage: cdk8s-work-queue');
    const { status, stderr } = spawnSync(process.execPath, [file, 'runs'], options);
    expect([status, stderr]).toEqual([2, expect.stringContaining('KUBECONFIG names /nowhere')]);
  });

  test('has each file that a link of its own pages leads to', () => {
    const own = join(project, 'node_modules', 'cdk8s-work-queue');
    const pages = files
      .map((file) => relative('package', file))
      .filter((file) => file.endsWith('.md') && !file.startsWith('node_modules'));
    expect(pages).toEqual(expect.arrayContaining(['API.md', 'README.md', 'docs/README.md', 'docs/command-line.md']));
    // API.md has what looks like links in signatures of cdk8s-plus.
    const written = pages.filter((page) => page !== 'API.md');
    const missing = written.flatMap((page) =>
      linksOf(readFileSync(join(own, page), 'utf8'))
        .filter(({ url, path }) => url === undefined && !existsSync(join(own, dirname(page), path)))
        .map(({ target }) => `${page}: ${target}`),
    );
    expect(missing).toEqual([]);
  });

  test('has types that a strict project compiles with', () => {
    writeFileSync(join(project, 'main.ts'), readFileSync(join(root, 'main.ts')));
    const options = ['--strict', '--noEmit', '--module', 'node16', '--target', 'es2022', '--types', 'node'];
    const types = ['--typeRoots', join(root, 'node_modules', '@types')];
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...types, 'main.ts'], project);
  });
});
