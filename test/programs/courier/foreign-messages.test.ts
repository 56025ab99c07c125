import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChannelModel, Options } from 'amqplib';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalRun, RUN_NAME } from '../../../tools/programs/local-run';
import { eventually } from '../../../tools/until';
import { journal, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded } = useRuns(broker);

interface Foreign extends Options.Publish {
  readonly body: string;
}

/** What the seeder has left in the queue, behind foreign messages. */
function precededBy(run: LocalRun, ...foreign: Foreign[]): Promise<void> {
  return run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    const own = await channel.get(run.queue);
    if (!own) throw new Error('the queue is empty');
    for (const { body, ...options } of foreign) channel.sendToQueue(run.queue, Buffer.from(body), options);
    const { messageId, headers } = own.properties;
    channel.sendToQueue(run.queue, own.content, { messageId, headers });
    await channel.waitForConfirms();
    channel.ack(own);
    await channel.close();
  });
}

/** amqplib writes text in UTF-8 only: each `@` goes out as a byte that no UTF-8 has. */
function withBrokenText(model: ChannelModel): void {
  const { stream } = model.connection as unknown as { stream: { write: (bytes: Buffer) => boolean } };
  const { write } = stream;
  stream.write = (bytes) => write.call(stream, Buffer.from(bytes.map((byte) => (byte === 0x40 ? 0xff : byte))));
}

describe('a message that the seeder did not publish', () => {
  const headers = { run: RUN_NAME };
  test.each<[string, Options.Publish]>([
    ['has no properties', {}],
    ['has no run', { messageId: '0' }],
    ['has the name of another run', { messageId: '0', headers: { run: 'monday' } }],
    ['has a run that is not a string', { messageId: '0', headers: { run: { '!': 'timestamp', value: 7 } } }],
    ['has no number', { headers }],
    ['has an id that is not a number', { messageId: '0x0', headers }],
    ['has a number that no item has', { messageId: '1', headers }],
  ])('and that %s is worked on, and does not count towards itemsPerPod', async (_, options) => {
    const run = await seeded(['a']);
    await precededBy(run, { body: 'junk', ...options });
    const { program, items } = journal(run);
    const pod = run.pod(program);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['junk', 'a']);
    expect(pod.courier.log).toMatch(/foreign message 1 "junk": attempt 1 of 3 done/);
    expect(pod.courier.lastWords).toBe('1 item done: item 0 "a"; also 1 foreign message');
  });

  test('gives the program a number and the name of a run only if it has them', async () => {
    const run = await seeded(['a']);
    await precededBy(
      run,
      { body: '1', messageId: '17', headers: { run: 'monday' } },
      { body: '2', messageId: 'x\n', headers: { run: 'mon\0day' } },
      { body: '3', headers: { run: 'x'.repeat(60_000) } },
    );
    const file = join(run.folder, 'seen');
    const program = ['sh', '-c', `echo "$WORK_ITEM_INDEX|$WORK_QUEUE_RUN" >>${file}`];
    expect(await run.pod(program).exit()).toBe(ExitCode.DONE);
    expect(readFileSync(file, 'utf8')).toBe(`17|monday\n|${run.queue}\n|${run.queue}\n0|${RUN_NAME}\n`);
  });

  test('and that fails becomes a dead letter, whatever headers it has', async () => {
    const run = await seeded(['a']);
    const huge = 'x'.repeat(65_000);
    await precededBy(
      run,
      { body: 'one', messageId: '\u001b[31m\n', headers: { run: huge } },
      { body: 'two', messageId: '0', headers: { huge } },
      { body: 'three', headers: { attempts: -1_000_000, 'x-delivery-count': -5, redelivered: {} } },
      { body: 'four', headers: { attempts: 1e300, list: [1, null, { deep: [true] }] } },
    );
    const pod = run.pod(['sh', '-c', '[ "$(cat)" = a ] || { echo "no item of mine" >&2; exit 3; }'], {
      [EnvName.MAX_ATTEMPTS]: '1',
    });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    const dead = await run.messages('dead');
    expect(dead.map(({ body }) => body.toString())).toEqual(['one', 'two', 'three', 'four']);
    for (const { headers: found } of dead) {
      expect(found).toMatchObject({ reason: 'exit 3', attempts: 1, stderr: 'no item of mine' });
      expect(found).not.toHaveProperty('run');
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(pod.courier.log).not.toMatch(/[\x00-\x09\x0b-\x1f]|x{100}/);
  });

  test('and whose number is not even a string becomes a dead letter too, and can be requeued', async () => {
    const run = await seeded(['a']);
    await run.withBroker(async (model) => {
      withBrokenText(model);
      const channel = await model.createConfirmChannel();
      channel.sendToQueue(run.queue, Buffer.from('junk'), { messageId: '@'.repeat(255) });
      await channel.waitForConfirms();
    });
    const { program, items } = journal(run, '[ "$item" = a ] || exec sleep 1000');
    const first = run.pod(program, { [EnvName.ITEMS_PER_POD]: '2' });
    await eventually(() => items().length === 2);
    first.terminate();
    expect(await first.exit()).toBe(ExitCode.STOPPED);
    expect(await run.pod(['false'], { [EnvName.MAX_ATTEMPTS]: '1' }).exit()).toBe(ExitCode.DONE);
    expect(await run.depth('dead')).toBe(1);
    expect(await run.depth()).toBe(0);
  });

  test('and that has the number of an item that fails too becomes a dead letter that does not count', async () => {
    const run = await seeded(['a']);
    await precededBy(run, { body: 'junk', messageId: '0' });
    const pod = run.pod(['false'], { [EnvName.MAX_ATTEMPTS]: '1' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(pod.courier.lastWords).toBe('all 1 item settled: 0 done, 1 dead letter (0 tolerated): item 0 "a" (exit 1)');
    expect(await run.depth('dead')).toBe(2);
  });
});

test('a foreign message among the dead letters does not count', async () => {
  const run = await seeded(['a']);
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    channel.sendToQueue(relatedQueues(run.queue).dead, Buffer.from('x'));
    await channel.waitForConfirms();
  });
  const pod = run.pod(['true'], LAST_INDEX);
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(pod.courier.lastWords).toMatch(/^all 1 item settled: 1 done/);
});
