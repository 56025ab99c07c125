import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { HELLO_SECONDS } from '../../../lib/contract/limits';
import { SharedVolume, Verb } from '../../../lib/contract/shared-volume';

const courier = join(__dirname, '..', '..', '..', 'lib', 'programs', 'courier');
const [shim, runner] = ['shim.sh', 'runner.sh'].map((name) => readFileSync(join(courier, name), 'utf8'));
const scripts = `${shim}${runner}`;

const { WORKER_CREATED, FIFOS, ...shared } = SharedVolume;

test.each(Object.values(shared))('shim.sh and runner.sh know the file %s of the shared volume', (name) => {
  expect(scripts).toMatch(new RegExp(`"\\$wq_shared/${name.replace('.', '\\.')}"`));
});

test.each([Verb.READY, Verb.EXIT, Verb.SHUTDOWN])('shim.sh sends the word %s', (verb) => {
  expect(shim).toMatch(new RegExp(`echo "?${verb}( .*)?>&4`));
});

test.each([Verb.RUN, Verb.TERM, Verb.KILL, Verb.QUIT])('shim.sh obeys the word %s', (verb) => {
  expect(shim).toMatch(new RegExp(`^ +${verb}\\)`, 'm'));
});

test(`shim.sh waits for the word ${Verb.HELLO} as long as HELLO_SECONDS says`, () => {
  expect(shim).toContain(`= ${Verb.HELLO} ]`);
  expect(shim).toContain(`\n  sleep ${HELLO_SECONDS}\n`);
});

test('shim.sh ends with the exit codes of the contract', () => {
  const codes = [...shim.matchAll(/\bend (\d+) /g)].map(([, code]) => Number(code));
  expect(new Set(codes)).toEqual(new Set([ExitCode.STOPPED, ExitCode.TRY_AGAIN]));
});
