import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { CredentialFile } from '../../../lib/contract/broker-secrets';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { HELLO_SECONDS, ITEM_WAIT_SECONDS } from '../../../lib/contract/limits';
import { relatedQueues } from '../../../lib/contract/queues';
import { SharedVolume, Verb } from '../../../lib/contract/shared-volume';

const courier = join(__dirname, '..', '..', '..', 'lib', 'programs', 'courier');
const [shim, runner] = ['shim.sh', 'runner.sh'].map((name) => readFileSync(join(courier, name), 'utf8'));
const scripts = `${shim}${runner}`;

const consume = readFileSync(join(courier, '..', 'amqp-consume', 'consume.sh'), 'utf8');

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

test('consume.sh keeps the item in the file of the contract', () => {
  expect(consume).toContain(`"$wq_shared/${SharedVolume.ITEM}"`);
});

test('consume.sh waits as long as ITEM_WAIT_SECONDS says', () => {
  expect(consume).toContain(`\n  sleep ${ITEM_WAIT_SECONDS}\n`);
  expect(consume).toContain(`within ${ITEM_WAIT_SECONDS / 60} min`);
});

test('consume.sh ends with the exit codes of the contract, or with that of the program', () => {
  const codes = [...consume.matchAll(/\bend (\d+) /g)].map(([, code]) => Number(code));
  const notFound = 127;
  const terminated = 128 + constants.signals.SIGTERM;
  expect(new Set(codes)).toEqual(new Set([ExitCode.DONE, ExitCode.TRY_AGAIN, notFound, terminated]));
});

test('consume.sh knows the variables and files of the contract', () => {
  const names = [EnvName.BROKER_URL, EnvName.BROKER_CREDENTIALS_DIR, EnvName.BROKER_CA_FILE, EnvName.QUEUE];
  for (const name of [...names, EnvName.ITEM_TIMEOUT_SECONDS, EnvName.TERMINATION_GRACE_SECONDS])
    expect(consume).toMatch(new RegExp(`\\$\\{?${name}\\b`));
  for (const name of Object.values(CredentialFile)) expect(consume).toContain(`credential ${name}`);
  const { seeded, dead } = relatedQueues('$QUEUE');
  for (const name of [seeded, dead]) expect(consume).toContain(name);
});
