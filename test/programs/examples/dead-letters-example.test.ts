import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import amqp from 'amqplib';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { DeadLetterHeader } from '../../../lib/contract/message-headers';
import { relatedQueues } from '../../../lib/contract/queues';
import { WorkItems } from '../../../lib/index';
import { freshQueue, useBroker } from '../../../tools/programs/broker';
import type { LocalRun } from '../../../tools/programs/local-run';
import { useRuns } from '../../support/use-runs';

const SCRIPT = join(__dirname, '..', '..', '..', 'examples', 'dead-letters.mjs');

const broker = useBroker();
const { seeded } = useRuns(broker);

/** What examples/dead-letters.mjs writes. */
function deadLetters(run: Pick<LocalRun, 'queue'>, ...args: string[]) {
  const env = { ...process.env, [EnvName.BROKER_URL]: broker().url };
  return promisify(execFile)(process.execPath, [SCRIPT, run.queue, ...args], { env });
}

/** A run whose program does `good` alone. */
async function failed(items: (string | Buffer)[]): Promise<LocalRun> {
  const run = await seeded(items);
  const program = ['sh', '-c', 'item=$(cat); [ "$item" = good ] || { echo "no $WORK_ITEM_INDEX" >&2; exit 3; }'];
  const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: String(items.length), [EnvName.MAX_ATTEMPTS]: '1' });
  expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  return run;
}

test('the dead letters are printed with their reason, and stay where they are', async () => {
  const run = await failed(['bad', 'good', 'worse']);
  const { stdout } = await deadLetters(run);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !/seconds:/.test(line));
  expect(lines).toEqual([
    'item 0: exit 3',
    '  item:     "bad"',
    '  attempts: 1',
    '  pod:      "pod-0"',
    '  stderr:   "no 0"',
    'item 2: exit 3',
    '  item:     "worse"',
    '  attempts: 1',
    '  pod:      "pod-0"',
    '  stderr:   "no 2"',
  ]);
  expect(await run.depth('dead')).toBe(2);
});

test('their items are written to a file, byte for byte, which is a list again', async () => {
  const run = await failed([Buffer.from([0xff, 0x0d]), 'good', ' two words']);
  const file = join(run.folder, 'again.txt');
  const { stdout, stderr } = await deadLetters(run, file);
  expect(stdout).toContain(`2 of 2 items are in ${file}`);
  expect(stderr).toBe('');
  expect(readFileSync(file, 'latin1')).toBe('\xff\r\n two words\n');
  expect(WorkItems.lines(file, { bytes: true }).count).toBe(2);
});

test('an item that cannot be a line is named as missing', async () => {
  const run = await failed(['two\nlines', 'bad']);
  const file = join(run.folder, 'again.txt');
  const { stdout, stderr } = await deadLetters(run, file);
  expect(stdout).toContain(`1 of 2 items are in ${file}`);
  expect(stderr).toContain('cannot be lines');
  expect(readFileSync(file, 'utf8')).toBe('bad\n');
});

test('an item that is a dead letter twice is there once', async () => {
  const run = await failed(['bad']);
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    const { dead } = relatedQueues(run.queue);
    const letter = await channel.get(dead);
    if (!letter) throw new Error('no dead letter');
    channel.sendToQueue(dead, letter.content, letter.properties);
    await channel.waitForConfirms();
  });
  const { stdout } = await deadLetters(run);
  expect(stdout.match(/^item 0/gm)).toHaveLength(1);
  expect(await run.depth('dead')).toBe(2);
});

test('while a pod looks for lost items they are not read: it would miss some', async () => {
  const run = await failed(['bad']);
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.assertQueue(relatedQueues(run.queue).settlingLock, { exclusive: true, durable: false });
    await expect(deadLetters(run)).rejects.toThrow(/RESOURCE_LOCKED/);
  });
});

test('what a terminal would obey is printed as an escape', async () => {
  const queue = freshQueue();
  const connection = await amqp.connect(broker().url);
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(relatedQueues(queue).dead);
  const headers = {
    [DeadLetterHeader.REASON]: 'a\u001b[2J\nitem 7: forged',
    [DeadLetterHeader.STDERR]: 'b\u009b\u202ec',
  };
  channel.sendToQueue(relatedQueues(queue).dead, Buffer.from('d\u202e'), { messageId: '\u2066e', headers });
  await channel.waitForConfirms();
  const { stdout } = await deadLetters({ queue });
  await connection.close();
  expect(stdout.split('\n')).toEqual([
    'item \\u2066e: a\\u001b[2J\\u000aitem 7: forged',
    '  item:     "d\\u202e"',
    '  stderr:   "b\\u009b\\u202ec"',
    '',
  ]);
});
