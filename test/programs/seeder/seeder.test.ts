import { createHash } from 'node:crypto';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as amqp from 'amqplib';
import * as fc from 'fast-check';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { frameItems, itemsPiece } from '../../../lib/contract/item-frames';
import { relatedQueues } from '../../../lib/contract/queues';
import { WorkItems } from '../../../lib/index';
import { useBroker } from '../../../tools/programs/broker';
import { type LocalRun, type LocalRunOptions, RUN_NAME } from '../../../tools/programs/local-run';
import { rabbitmqctl, setPolicy } from '../../../tools/programs/rabbitmqctl';
import { eventually } from '../../../tools/until';
import { itemsModel } from '../../support/items-model';
import { useRuns } from '../../support/use-runs';

const broker = useBroker();
const runs = useRuns(broker);

const numbers = (n: number) => Array.from({ length: n }, (_, i) => `item-${i}`);
const runOf = (items: LocalRunOptions['items']): LocalRun => runs.runOf({ items });
async function expectSeededOnce(run: LocalRun, items: readonly string[]): Promise<void> {
  expect(await run.depth('seeded')).toBe(1);
  const found = await run.messages('work');
  expect(found.map(({ id, body }) => [id, body.toString()])).toEqual(items.map((item, i) => [String(i), item]));
}

/** The work queue, which is declared last, exists. */
function isDeclared(run: LocalRun): Promise<boolean> {
  return run.depth('work').then(
    () => true,
    () => false,
  );
}

test('fills the queue with every item, in order, numbered from 0, and marks it', async () => {
  const run = runOf(numbers(2500));
  const seeder = run.seeder();
  expect(await seeder.exit).toBe(ExitCode.DONE);
  expect(seeder.lastWords).toContain('filled with 2500 items');
  await expectSeededOnce(run, numbers(2500));
});

test('items are bytes: NUL, newlines, Unicode and 200 KB arrive as they are', async () => {
  const items = [Buffer.from([0, 10, 0, 255]), Buffer.from('Grüße\n'), Buffer.alloc(200_000, 'ab'), Buffer.alloc(0)];
  const run = runOf(items);
  await run.seed();
  expect((await run.messages('work')).map(({ body }) => body)).toEqual(items);
});

test('every item says which run it belongs to; the mark and the termination message say what was filled', async () => {
  const run = runOf(numbers(3));
  const seeder = run.seeder();
  expect(await seeder.exit).toBe(ExitCode.DONE);
  expect((await run.messages('work')).map(({ headers }) => headers.run)).toEqual(Array(3).fill(RUN_NAME));
  const itemsDigest = createHash('sha256')
    .update(frameItems(numbers(3)))
    .digest('hex');
  const [mark] = await run.messages('seeded');
  expect(JSON.parse(mark.body.toString())).toEqual({
    items: 3,
    recorded: 0,
    digest: run.seederEnv.ITEMS_DIGEST,
    itemsDigest,
    time: expect.stringMatching(/^\d{4}-/),
  });
  expect(seeder.lastWords).toContain(`their SHA-256 is ${itemsDigest}`);
});

test('without any items, the queue exists and is marked', async () => {
  const run = runOf([]);
  await run.seed();
  await expectSeededOnce(run, []);
});

test('formulas of every kind are unfolded to the items of the synth', async () => {
  // Forty at once: each formula would wait for its queues to settle.
  const models = fc.sample(itemsModel, 40);
  const [first, ...others] = models.map(({ items }) => items);
  const run = runOf(first.concat(...others));
  await run.seed();
  await expectSeededOnce(
    run,
    models.flatMap(({ expected }) => expected),
  );
});

test('a formula whose seeder is killed while it fills: the next seeder leaves every item exactly once, in the same order', async () => {
  const items = WorkItems.range(1, 3000)
    .shuffled(7)
    .concat(WorkItems.list(['last']));
  const expected = Array.from({ length: 3001 }, (_, n) => items._content.items.item(n).toString());
  const run = runOf(items);
  expect(await run.seeder({ CRASH_AT: 'while filling:1500' }).exit).toBe('SIGKILL');
  await run.seed();
  await expectSeededOnce(run, expected);
});

test('a second seeder does nothing', async () => {
  const run = runOf(numbers(10));
  await run.seed();
  const second = run.seeder();
  expect(await second.exit).toBe(ExitCode.DONE);
  expect(second.lastWords).toContain('filled before');
  await expectSeededOnce(run, numbers(10));
});

test('a second seeder does nothing even when items have been taken since', async () => {
  const run = runOf(numbers(10));
  await run.seed();
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    for (let i = 0; i < 4; i++) await channel.get(run.queue, { noAck: true });
  });
  await run.seed();
  expect(await run.depth()).toBe(6);
});

test.each([
  ['while it fills', 'while filling:1500'],
  ['when all is filled and not yet marked', 'before marker'],
  ['right after the mark', 'after marker'],
])('killed %s, the next one leaves every item exactly once', async (_, crash) => {
  const run = runOf(numbers(3000));
  expect(await run.seeder({ CRASH_AT: crash }).exit).toBe('SIGKILL');
  await run.seed();
  await expectSeededOnce(run, numbers(3000));
});

test('three seeders at once put every item into the queue exactly once', async () => {
  const run = runOf(numbers(3000));
  const seeders = [run.seeder(), run.seeder(), run.seeder()];
  for (const seeder of seeders) expect(await seeder.exit).toBe(ExitCode.DONE);
  await expectSeededOnce(run, numbers(3000));
});

test('a broker killed while the seeder fills: it starts over and puts every item into the queue exactly once', async () => {
  const run = runOf(numbers(30_000));
  const seeder = run.seeder();
  await eventually(async () => (await run.depth().catch(() => 0)) > 0);
  await broker().kill();
  await broker().restart();
  expect(await seeder.exit).toBe(ExitCode.DONE);
  expect(await run.depth()).toBe(30_000);
  expect(await run.depth('seeded')).toBe(1);
});

test('a broker killed between declaration and filling: the seeder starts over and puts every item into the queue exactly once', async () => {
  const run = runOf(numbers(100));
  const seeder = run.seeder();
  await eventually(() => isDeclared(run));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await broker().kill();
  await broker().restart();
  expect(await seeder.exit).toBe(ExitCode.DONE);
  await expectSeededOnce(run, numbers(100));
});

test('ends when it is terminated', async () => {
  const run = runOf(numbers(10));
  const seeder = run.seeder();
  await eventually(() => isDeclared(run));
  seeder.kill('SIGTERM');
  expect(await seeder.exit).toBe(ExitCode.STOPPED);
  await run.seed();
  await expectSeededOnce(run, numbers(10));
});

test.each<[string, (piece: string) => void, RegExp]>([
  [
    'are those of another list',
    (piece) => writeFileSync(piece, WorkItems.list(['x'])._packed.pieces[0]),
    /digest \w+, not/,
  ],
  ['are cut', (piece) => truncateSync(piece, 20), /unexpected end of file/],
  ['are no longer compressed', (piece) => writeFileSync(piece, 'item-0'), /incorrect header check/],
  ['are missing', (piece) => rmSync(piece), /unexpected end of file/],
  ['are in no folder', (piece) => rmSync(dirname(piece), { recursive: true }), /ENOENT/],
])('items that %s are refused, and no queue is made', async (_, change, difference) => {
  const run = runOf(numbers(10));
  change(join(run.folder, 'items', itemsPiece(0)));
  const seeder = run.seeder();
  expect(await seeder.exit).toBe(ExitCode.TRY_AGAIN);
  expect(seeder.lastWords).toMatch(
    /^the items in the ConfigMaps differ from those of the synth: .*; apply the synthesized manifest again$/,
  );
  expect(seeder.lastWords).toMatch(difference);
  expect(await isDeclared(run)).toBe(false);
});

test('says in one line what is wrong with the broker, never the password, and tries again', async () => {
  const run = runOf(numbers(10));
  const wrong = new URL(broker().url);
  wrong.password = 'not-the-password';
  const seeder = run.seeder({ [EnvName.BROKER_URL]: wrong.toString() });
  await eventually(() => seeder.log.includes('again in'));
  seeder.kill('SIGTERM');
  expect(await seeder.exit).toBe(ExitCode.STOPPED);
  expect(seeder.log).toMatch(/broker amqp:\/\/127.0.0.1:\d+\/: connect: .*ACCESS.REFUSED.*; trying again in/);
  expect(seeder.log).not.toContain('not-the-password');
});

test('gives up if a policy lets in fewer messages than the list has, and says that the queue is full', async () => {
  const run = runOf(numbers(3000));
  const clear = setPolicy(broker(), `^${run.queue}$`, { 'max-length': 1500, overflow: 'reject-publish' });
  // Each of its attempts confirms a batch of 1000.
  const seeder = run.seeder({ CLOCK_RATE: '60' });
  expect(await seeder.exit).toBe(ExitCode.TRY_AGAIN);
  clear();
  expect(seeder.log.match(/trying again in/g)?.length).toBeGreaterThan(1);
  expect(seeder.lastWords).toMatch(
    /gave up after 10 min: queue .* refuses messages: a policy .*max-length.* of 3000 items$/,
  );
});

test('a virtual host may be named ..', async () => {
  rabbitmqctl(broker(), 'add_vhost', '..');
  rabbitmqctl(broker(), 'set_permissions', '--vhost', '..', new URL(broker().url).username, '.*', '.*', '.*');
  const run = runOf(numbers(1));
  const seeder = run.seeder({ [EnvName.BROKER_URL]: `${broker().url}/..` });
  expect(await seeder.exit).toBe(ExitCode.DONE);
  expect(await isDeclared(run)).toBe(false); // in the virtual host /
});

test('says so if the virtual host does not exist', async () => {
  const run = runOf(numbers(10));
  const seeder = run.seeder({ [EnvName.BROKER_URL]: new URL('/gone', broker().url).toString() });
  await eventually(() => seeder.log.includes('again in'));
  seeder.kill('SIGTERM');
  expect(await seeder.exit).toBe(ExitCode.STOPPED);
  expect(seeder.log).toMatch(/connect: the broker refuses the virtual host: it does not exist, .*; trying again in/);
});

test('a broker whose nodes do not all come: the seeder waits for them, and goes on without them', async () => {
  const run = runOf(['a']);
  const seeder = run.seeder({ [EnvName.BROKER_NODES]: '3', CLOCK_RATE: '30' });
  expect(await seeder.exit).toBe(ExitCode.DONE);
  expect(seeder.log).toMatch(/ 1 of 3 nodes of the broker accept connections; waiting for the others, .*\n/);
  expect(seeder.log).toMatch(/ 1 of 3 nodes of the broker accept connections; going on, .*\n/);
  expect(await run.depth()).toBe(1);
});

test('waits for its turn to read the mark while a pod without a courier has it', async () => {
  const run = runOf(['a']);
  await run.seed();
  await run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.prefetch(1);
    const { seeded } = relatedQueues(run.queue);
    const held = new Promise<amqp.ConsumeMessage | null>((resolve) => void channel.consume(seeded, resolve));
    const mark = await held;
    const seeder = run.seeder();
    // It has found no mark to read, and is a consumer now.
    await eventually(async () => (await (await model.createChannel()).checkQueue(seeded)).consumerCount === 2);
    if (mark) channel.nack(mark, false, true);
    await channel.close();
    expect(await seeder.exit).toBe(ExitCode.DONE);
    expect(seeder.lastWords).toContain('was filled before; nothing to do');
  });
  await expectSeededOnce(run, ['a']);
});
