import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChannelModel, Options } from 'amqplib';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { useBroker } from '../../../tools/programs/broker';
import { type LocalRun, RUN_NAME } from '../../../tools/programs/local-run';
import { until } from '../../../tools/programs/shim-process';
import { ledger, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded } = useRuns(broker);

interface Foreign extends Options.Publish {
  readonly body: string;
}

/** What the seeder has left in the queue, behind messages of somebody else. */
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

describe('a message that nobody seeded', () => {
  const headers = { run: RUN_NAME };
  test.each<[string, Options.Publish]>([
    ['has no properties', {}],
    ['has no run', { messageId: '0' }],
    ['has the name of another run', { messageId: '0', headers: { run: 'monday' } }],
    ['has a run that is no text', { messageId: '0', headers: { run: { '!': 'timestamp', value: 7 } } }],
    ['has no number', { headers }],
    ['has a number that is none', { messageId: '0x0', headers }],
    ['has a number that no item has', { messageId: '1', headers }],
  ])('and that %s is worked on, and is none of the itemsPerPod', async (_, options) => {
    const run = await seeded(['a']);
    await precededBy(run, { body: 'junk', ...options });
    const { program, items } = ledger(run);
    const pod = run.pod(program);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['junk', 'a']);
    expect(pod.courier.log).toMatch(/message 1 of somebody else "junk": attempt 1 of 3 done/);
    expect(pod.courier.lastWords).toBe('1 item done: item 0 "a"; also 1 message of somebody else');
  });

  test('has no number for the program unless it is one, and the name of the run only where it is one', async () => {
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

  test('and that fails is a dead letter like any other, whatever headers it has', async () => {
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
      MAX_ATTEMPTS: '1',
    });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    const all = run.pod(['true']);
    expect(await all.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(all.courier.lastWords).toBe(
      'all 1 item settled: 1 done, 4 dead letters (0 tolerated): ' +
        'message of somebody else "one" (exit 3: "no item of mine"), ' +
        'message of somebody else "two" (exit 3: "no item of mine"), ' +
        'message of somebody else "three" (exit 3: "no item of mine"), and 1 more',
    );
    const dead = await run.messages('dead');
    expect(dead.map(({ body }) => body.toString())).toEqual(['one', 'two', 'three', 'four']);
    for (const { headers: found } of dead) {
      expect(found).toMatchObject({ reason: 'exit 3', attempts: 1, stderr: 'no item of mine' });
      expect(found).not.toHaveProperty('run');
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(pod.courier.log).not.toMatch(/[\x00-\x09\x0b-\x1f]|x{100}/);
  });

  test('and whose number is not even text becomes a dead letter too, and can be handed over', async () => {
    const run = await seeded(['a']);
    await run.withBroker(async (model) => {
      withBrokenText(model);
      const channel = await model.createConfirmChannel();
      channel.sendToQueue(run.queue, Buffer.from('junk'), { messageId: '@'.repeat(255) });
      await channel.waitForConfirms();
    });
    const { program, items } = ledger(run, '[ "$item" = a ] || exec sleep 1000');
    const first = run.pod(program, { ITEMS_PER_POD: '2' });
    await until(() => items().length === 2);
    first.askToLeave();
    expect(await first.exit()).toBe(ExitCode.STOPPED);
    expect(await run.pod(['false'], { MAX_ATTEMPTS: '1' }).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(await run.depth('dead')).toBe(1);
    expect(await run.depth()).toBe(0);
  });

  test('and has the number of an item that fails too is a dead letter beside it', async () => {
    const run = await seeded(['a']);
    await precededBy(run, { body: 'junk', messageId: '0' });
    const pod = run.pod(['false'], { MAX_ATTEMPTS: '1' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(pod.courier.lastWords).toBe(
      'all 1 item settled: 0 done, 2 dead letters (0 tolerated): item 0 "a" (exit 1), message of somebody else "junk" (exit 1)',
    );
  });
});

test('a message of somebody else among the dead letters is one of them, and its headers fit into one line', async () => {
  const run = await seeded(['a']);
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    const reason = 'why\n'.repeat(15_000);
    channel.sendToQueue(relatedQueues(run.queue).dead, Buffer.from('x'.repeat(9000)), { headers: { reason } });
    channel.sendToQueue(relatedQueues(run.queue).dead, Buffer.from('y'), { headers: { reason: { no: 'text' } } });
    await channel.waitForConfirms();
  });
  expect(await run.pod(['true']).exit()).toBe(ExitCode.DONE);
  const pod = run.pod(['true']);
  expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  expect(pod.courier.lastWords).toMatch(
    /^all 1 item settled: 1 done, 2 dead letters \(0 tolerated\): message of somebody/,
  );
  expect(pod.courier.lastWords).not.toContain('\n');
  expect(pod.courier.lastWords.length).toBeLessThan(500);
  expect(pod.worker.terminationMessage).toBe(pod.courier.lastWords);
});
