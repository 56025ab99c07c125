import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { besideKubectl, kubectl, kubectlProgram } from '../../tools/cluster/kubectl';
import { useNamespace } from '../../tools/cluster/namespace';
import { fileOf } from '../../tools/docs/markdown-page';
import { PageRun } from '../../tools/docs/page-run';
import { ReaderShell } from '../../tools/docs/reader-shell';

const ROOT = join(__dirname, '..', '..');
const LIMIT_MINUTES = 15;

/** The blocks follow one another, in an empty folder and with the package as it is packed. */
describe('somebody who follows docs/tutorial.md', () => {
  const { namespace, test } = useNamespace();
  const home = mkdtempSync(join(tmpdir(), 'reader-'));
  const programs = join(home, '.programs');
  const kubeconfig = join(home, '.kubeconfig');
  const env = {
    ...npmSettings(),
    PATH: `${programs}:${process.env.PATH}`,
    KUBECONFIG: kubeconfig,
  };
  const shell = new ReaderShell({ home, env, besideCluster: besideKubectl });
  const run = new PageRun(join(ROOT, 'docs', 'tutorial.md'), shell, {
    [namespace.name]: 'default',
    [home]: '~',
  });
  let stuck = false;
  let succeeded = false;

  beforeAll(async () => {
    // Not the scripts: `prepack` may build anew, under the feet of other tests.
    const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', home];
    execFileSync('npm', pack, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    mkdirSync(programs);
    const command = join(programs, 'kubectl');
    writeFileSync(command, `#!/bin/sh\nPATH=\${PATH#*:} exec ${kubectlProgram()} "$@"\n`);
    chmodSync(command, 0o755);
    const config = JSON.parse(await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output', 'json'));
    config.contexts[0].context.namespace = namespace.name;
    writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  });
  afterAll(() => {
    run.update();
    console.info(run.times());
    rmSync(home, { recursive: true });
  });

  for (const block of run.steps) {
    const what = fileOf(block) ?? block.text.split('\n')[0];
    test(`comes to the same at line ${block.line}: ${what}`, async () => {
      if (stuck) throw new Error('a block before has failed');
      stuck = true;
      const output = await run.follow(block);
      stuck = false;
      if (output?.actual.includes('/ 8 Succeeded / 0 Failed')) succeeded = true;
      expect(output?.actual).toBe(output?.shown);
    });
  }

  test(`is at 8 Succeeded within ${LIMIT_MINUTES} minutes`, async () => {
    expect(succeeded).toBe(true);
    expect(run.totalSeconds).toBeLessThan(LIMIT_MINUTES * 60);
  });
});

/** The registry and the cache of this machine, which npm otherwise looks for in the home of the reader. */
function npmSettings(): Record<string, string> {
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { cwd: ROOT, encoding: 'utf8' }).trim();
  return {
    npm_config_userconfig: join(homedir(), '.npmrc'),
    npm_config_cache: cache,
    npm_config_update_notifier: 'false',
  };
}
