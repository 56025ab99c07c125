import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { repository, version } from '../../package.json';
import { run } from '../support/installed-package';

const root = join(__dirname, '..', '..');
const scripts = join(root, 'scripts', 'release');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (file: string, content: string) => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
};

describe('scripts/release-notes.mjs', () => {
  /** In a project with these files. */
  const notes = (changelog: string, tag: string) => {
    cpSync(join(root, 'scripts', 'release-notes.mjs'), join(folder, 'scripts', 'release-notes.mjs'));
    write('package.json', JSON.stringify({ version: '1.2.0', repository }));
    write('CHANGELOG.md', changelog);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release-notes.mjs', tag], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, stdout, stderr: stderr.trim() };
  };
  const CHANGELOG =
    '# Changelog\n\n## [1.2.0] - 2026-11-29\n\n### Added\n\n- A [page](docs/a.md#b).\n\n## [1.1.0] - 2026-01-01\n\n- Old.\n';

  test('prints the section of a version, with links that work outside of the repository', () => {
    const { status, stdout } = notes(CHANGELOG, 'v1.2.0');
    const page = 'https://github.com/cdk8s-work-queue/cdk8s-work-queue/blob/v1.2.0/docs/a.md#b';
    expect([status, stdout]).toEqual([0, `### Added\n\n- A [page](${page}).\n`]);
  });

  test('fails if package.json has another version than the tag', () => {
    expect(notes(CHANGELOG, 'v1.1.0')).toMatchObject({
      status: 1,
      stderr: 'package.json has version 1.2.0, not 1.1.0',
    });
  });

  test.each([
    ['has no such section', CHANGELOG.replace('[1.2.0]', '[Unreleased]'), 'has no section'],
    ['has an empty section', '## [1.2.0] - 2026-11-29\n\n## [1.1.0] - 2026-01-01\n\n- Old.\n', 'is empty'],
  ])('fails if the changelog %s', (_, changelog, message) => {
    expect(notes(changelog, 'v1.2.0')).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
  });

  test('finds the version of package.json in CHANGELOG.md, as the first one', () => {
    expect(run(process.execPath, ['scripts/release-notes.mjs', version], root)).toContain('\n');
    expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8').match(/^## .*$/m)?.[0]).toContain(`[${version}] - `);
  });
});

test('scripts/release/npm.sh publishes what npm does not have, with provenance', () => {
  for (const name of ['here', 'new']) {
    write(`${name}/package/package.json`, JSON.stringify({ name, version: '1.0.0' }));
    mkdirSync(join(folder, 'js'), { recursive: true });
    run('tar', ['-czf', join(folder, 'js', `${name}-1.0.0.tgz`), '-C', join(folder, name), 'package'], folder);
  }
  // npm view of a version that does not exist prints nothing, and succeeds.
  write(
    'bin/npm',
    `#!/bin/sh\ncase "$*" in "view here@"*) echo 1.0.0 ;; publish*) echo "$*" >>"${folder}/published" ;; esac\n`,
  );
  chmodSync(join(folder, 'bin', 'npm'), 0o755);
  const env = { ...process.env, PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter) };
  const { status, stdout } = spawnSync(join(scripts, 'npm.sh'), ['js'], { cwd: folder, env, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, 'here@1.0.0 is published already\n']);
  expect(readFileSync(join(folder, 'published'), 'utf8')).toBe(
    'publish ./js/new-1.0.0.tgz --access public --provenance\n',
  );
});

describe('scripts/release/maven-central.sh', () => {
  let server: Server;
  let states: string[];
  let requests: { url?: string; authorization?: string; body: Buffer }[];

  beforeEach(async () => {
    requests = [];
    server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const { url, headers } = request;
      requests.push({ url, authorization: headers.authorization, body: Buffer.concat(parts) });
      if (url?.includes('/upload')) response.end('some-deployment');
      else response.end(JSON.stringify({ deploymentState: states.shift(), errors: { a: ['is not signed'] } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const artifact = 'java/org/example/thing/1.0.0/thing-1.0.0';
    for (const end of ['.jar', '.pom', '.jar.md5', '.jar.sha512']) write(`${artifact}${end}`, end);
    write('java/org/example/thing/maven-metadata.xml', 'local');
    const options = ['--batch', '--quiet', '--passphrase', '', '--quick-gen-key', 'Test <test@example.com>'];
    mkdirSync(join(folder, 'gpg'), { mode: 0o700 });
    run('gpg', ['--homedir', join(folder, 'gpg'), ...options], folder);
  });
  afterEach(() => {
    run('gpgconf', ['--homedir', join(folder, 'gpg'), '--kill', 'all'], folder);
    server.close();
  });

  const publish = () => {
    const child = spawn(join(scripts, 'maven-central.sh'), ['java'], {
      cwd: folder,
      env: {
        ...process.env,
        GNUPGHOME: join(folder, 'gpg'),
        MAVEN_CENTRAL_PORTAL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        MAVEN_CENTRAL_TOKEN: 'example_username:example_password',
        MAVEN_CENTRAL_PAUSE: '0',
      },
    });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    return new Promise<{ status: number | null; stderr: string }>((resolve) =>
      child.once('close', (status) => resolve({ status, stderr })),
    );
  };

  test('uploads the signed artifacts as one bundle, and waits until they are valid', async () => {
    states = ['PENDING', 'VALIDATING', 'PUBLISHING'];
    expect(await publish()).toMatchObject({ status: 0 });
    expect(requests.map(({ url }) => url)).toEqual([
      '/api/v1/publisher/upload?publishingType=AUTOMATIC',
      ...Array(3).fill('/api/v1/publisher/status?id=some-deployment'),
    ]);
    // The example of the portal's documentation.
    const token = 'Bearer ZXhhbXBsZV91c2VybmFtZTpleGFtcGxlX3Bhc3N3b3Jk';
    expect(new Set(requests.map(({ authorization }) => authorization))).toEqual(new Set([token]));

    const { body } = requests[0];
    const start = body.indexOf('PK');
    writeFileSync(join(folder, 'bundle.zip'), body.subarray(start, body.lastIndexOf('\r\n--')));
    const names = run('python3', ['-m', 'zipfile', '-l', 'bundle.zip'], folder).match(/\S*thing-1\.0\.0\S*/g);
    const ends = ['jar', 'pom'].flatMap((end) => ['', '.asc', '.md5', '.sha1'].map((more) => `${end}${more}`));
    expect(names?.sort()).toEqual(ends.map((end) => `org/example/thing/1.0.0/thing-1.0.0.${end}`).sort());
  });

  test('fails with the reason if the portal refuses them', async () => {
    states = ['VALIDATING', 'FAILED'];
    expect(await publish()).toEqual({ status: 1, stderr: expect.stringContaining('is not signed') });
  });
});

describe('scripts/release/go-module.sh', () => {
  const module = 'github.com/cdk8s-work-queue/cdk8s-work-queue-go';
  const git = (...args: string[]) => run('git', args, folder);
  const publish = () => {
    const args = ['go', 'clone', '1.2.0'];
    return spawnSync(join(scripts, 'go-module.sh'), args, { cwd: folder, encoding: 'utf8' });
  };

  beforeEach(() => {
    git('init', '--quiet', '--bare', '--initial-branch', 'main', 'remote');
    git('clone', '--quiet', 'remote', 'clone');
    git('-C', 'clone', 'switch', '--quiet', '--create', 'main');
    write('go/queue/go.mod', `module ${module}/queue\n`);
    write('go/queue/version', '1.2.0\n');
  });

  test('pushes each module as a folder, with the tag that go looks for', () => {
    write('clone/queue/old.go', 'of the last version');
    write('go/other/go.mod', `module ${module}/other/v1\n`);
    expect(publish().status).toBe(0);
    expect(git('-C', 'remote', 'tag').trim().split('\n')).toEqual(['other/v1.2.0', 'queue/v1.2.0']);
    const files = git('-C', 'remote', 'ls-tree', '-r', '--name-only', 'queue/v1.2.0').trim().split('\n');
    expect(files).toEqual(['other/go.mod', 'queue/go.mod', 'queue/version']);
    expect(git('-C', 'remote', 'rev-parse', 'main')).toBe(git('-C', 'remote', 'rev-parse', 'queue/v1.2.0'));
  });

  test('leaves out what is published, because a tag that go has seen must not move', () => {
    expect(publish().status).toBe(0);
    const before = git('-C', 'remote', 'rev-parse', 'main');
    write('go/queue/version', 'changed');
    expect(publish()).toMatchObject({ status: 0, stdout: 'queue/v1.2.0 is published already\n' });
    expect(git('-C', 'remote', 'rev-parse', 'main')).toBe(before);
  });

  test('fails if go would look elsewhere', () => {
    write('go/queue/go.mod', 'module example.com/queue\n');
    expect(publish()).toMatchObject({ status: 1, stderr: expect.stringContaining('has the module example.com/queue') });
  });
});

describe('the workflows', () => {
  const workflow = (name: string) => readFileSync(join(root, '.github', 'workflows', `${name}.yml`), 'utf8');

  test.each(['checks', 'release'])('%s.yml uses each action as one commit, which nobody can change', (name) => {
    const uses = [...workflow(name).matchAll(/uses: (\S+)(.*)/g)].filter(([, action]) => !action.startsWith('./'));
    expect(uses.length).toBeGreaterThan(3);
    for (const [, action, comment] of uses) {
      expect(`${action}${comment}`).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test.each(['checks', 'release'])('%s.yml runs only scripts that exist', (name) => {
    const { scripts: known } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const called = [...workflow(name).matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script);
    expect(called.filter((script) => !(script in known))).toEqual([]);
    const files = [...workflow(name).matchAll(/\bscripts\/\S+\.(?:sh|mjs)/g)].map(([file]) => file);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test('release.yml gives a job no more than it needs', () => {
    expect(workflow('release')).toContain('\npermissions: {}\n');
    expect(workflow('release').match(/: write/g)).toHaveLength(3); // two registries trust it, and a release is created
    expect(workflow('checks')).not.toContain(': write');
  });
});
