import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { EnvName } from '../../lib/contract/environment';

const root = join(__dirname, '..', '..');

test('scripts/trace.mjs puts the places in the sources into the stack trace of a built program', () => {
  const env = { [EnvName.LOG]: 'debug', [EnvName.TERMINATION_LOG]: '/dev/null' };
  const seeder = spawnSync(process.execPath, [join(root, 'build', 'programs', 'seeder.js')], { env, encoding: 'utf8' });
  expect(seeder.stdout).toMatch(/debug: EnvironmentError: .*BROKER_URL.*\n +at .*build\/programs\/seeder\.js:\d+:\d+/);
  const script = join(root, 'scripts', 'trace.mjs');
  const { stdout } = spawnSync(process.execPath, [script], { input: seeder.stdout, encoding: 'utf8' });
  expect(stdout).toMatch(/\n +at .*\(lib\/programs\/runtime\/environment\.ts:\d+:\d+\)\n/);
  expect(stdout).toMatch(/\n +at .*\(lib\/programs\/amqp\/broker-address\.ts:\d+:\d+\)\n/);
  expect(stdout).not.toContain('seeder.js');
});
