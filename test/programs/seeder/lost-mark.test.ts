import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { useBroker } from '../../../tools/programs/broker';
import type { LocalRun, LocalRunOptions } from '../../../tools/programs/local-run';
import { setPolicy } from '../../../tools/programs/rabbitmqctl';
import { eventually } from '../../../tools/until';
import { ledger, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf } = useRuns(broker);

const LIST = ['a', 'b', 'c', 'd'];
const QUEUE_TYPES = ['quorum', 'classic'] as const;
type Related = 'dead' | 'seeded';

async function seeded(options: Partial<LocalRunOptions> = {}): Promise<LocalRun> {
  const run = runOf({ items: LIST, ...options });
  await run.seed();
  return run;
}

function deleteQueues(run: LocalRun, ...which: Related[]): Promise<void> {
  return run.withBroker(async (model) => {
    const channel = await model.createChannel();
    for (const each of which) await channel.deleteQueue(relatedQueues(run.queue)[each]);
  });
}

/** The message alone, as a policy with `message-ttl` does it. */
function removeMark(run: LocalRun): Promise<void> {
  return run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.purgeQueue(relatedQueues(run.queue).seeded);
  });
}

/** Takes items as a pod does, settles those that are named, and gives the others back. */
function take(run: LocalRun, count: number, settle: readonly string[]): Promise<void> {
  return run.withBroker(async (model) => {
    const channel = await model.createChannel();
    for (let n = 0; n < count; n++) {
      const message = await channel.get(run.queue);
      if (message && settle.includes(message.content.toString())) channel.ack(message);
    }
    await channel.close();
  });
}

async function expectRefusal(run: LocalRun, sentence: RegExp): Promise<void> {
  const depth = await run.depth();
  const seeder = run.seeder();
  expect(await seeder.exit).toBe(ExitCode.TRY_AGAIN);
  expect(seeder.lastWords).toMatch(sentence);
  expect(seeder.lastWords).toMatch(/give the QueueSeeder another runId and apply$/);
  expect(await run.depth()).toBe(depth);
}

const missing = (run: LocalRun, ...which: Related[]) =>
  new RegExp(
    `^queue ${run.queue} exists, but ${which.map((each) => `queue ${relatedQueues(run.queue)[each]}`).join(' and ')} ` +
      `${which.length === 1 ? 'is' : 'are'} missing, .* nothing was changed`,
  );

const NO_MARK =
  /^queue .* has no mark in queue .*, but pods have worked on it: .* Nothing was removed from the work queue/;

describe('a work queue without its related queues', () => {
  test.each<Related[][]>([[['seeded']], [['dead']], [['dead', 'seeded']]])(
    '%j: the seeder declares and purges nothing',
    async (which) => {
      const run = await seeded();
      const { program, items } = ledger(run);
      expect(await run.pod(program).exit()).toBe(ExitCode.DONE);
      await removeMark(run);
      await deleteQueues(run, ...which);
      await expectRefusal(run, missing(run, ...which));
      for (const each of which) await expect(run.depth(each)).rejects.toThrow('NOT_FOUND');
      expect(items()).toEqual(['a']);
    },
  );

  test('taken by a policy with "expires": the seeder changes nothing', async () => {
    const run = await seeded();
    const { program, items } = ledger(run, 'exec sleep 1000');
    run.pod(program);
    await eventually(() => items().length === 1);
    const clear = setPolicy(broker(), `^${run.queue}`, { expires: 500 });
    await eventually(() =>
      run.depth('seeded').then(
        () => false,
        () => true,
      ),
    );
    await eventually(() =>
      run.depth('dead').then(
        () => false,
        () => true,
      ),
    );
    await expectRefusal(run, missing(run, 'dead', 'seeded'));
    clear();
  });

  test('that another client made: the seeder changes nothing', async () => {
    const run = runOf({ items: LIST });
    await run.withBroker(async (model) => {
      const channel = await model.createChannel();
      await channel.assertQueue(run.queue);
    });
    await expectRefusal(run, missing(run, 'dead', 'seeded'));
    await expect(run.depth('seeded')).rejects.toThrow('NOT_FOUND');
  });
});

describe.each(QUEUE_TYPES)('a mark that was removed from its queue (%s queues)', (queueType) => {
  test('while a pod works: the seeder purges nothing', async () => {
    const run = await seeded({ queueType });
    const { program, items } = ledger(run, 'exec sleep 1000');
    run.pod(program);
    await eventually(() => items().length === 1);
    await removeMark(run);
    await expectRefusal(run, NO_MARK);
  });

  test.each<[string, number, string[]]>([
    ['the first item is settled', 1, ['a']],
    ['the first item came back, and the second one is settled', 2, ['b']],
  ])('between two pods, and %s: the seeder purges nothing', async (_, count, settled) => {
    const run = await seeded({ queueType });
    await take(run, count, settled);
    await removeMark(run);
    await expectRefusal(run, NO_MARK);
  });

  test('and an item was requeued: the seeder purges nothing', async () => {
    const run = await seeded({ queueType, items: ['a'] });
    const pod = run.pod(['sh', '-c', 'exec sleep 1000']);
    await eventually(async () => (await run.depth()) === 0);
    pod.terminate();
    expect(await pod.exit()).toBe(ExitCode.STOPPED);
    await removeMark(run);
    await expectRefusal(run, NO_MARK);
  });

  test('before a pod has taken an item: the seeder fills the queue again', async () => {
    const run = await seeded({ queueType });
    await removeMark(run);
    await run.seed();
    expect((await run.messages('work')).map(({ body }) => body.toString())).toEqual(LIST);
  });
});

test('a mark that was removed when all items but the first one are settled: the seeder purges nothing', async () => {
  // Not over classic queues: this is what a seeder leaves that dies at its second item.
  const run = await seeded();
  await take(run, 4, ['b', 'c', 'd']);
  await removeMark(run);
  await expectRefusal(run, NO_MARK);
});

test('a mark that was removed when all items are settled, one as a dead letter: the seeder does not fill the queue again', async () => {
  // The dead letter would be forgiven: a pod that does an item again counts it.
  const run = await seeded({ items: ['bad'] });
  expect(await run.pod(['false'], { [EnvName.MAX_ATTEMPTS]: '1' }).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  await removeMark(run);
  await expectRefusal(run, /pods have worked on it: queue .*\.dead contains dead letters\./);
  expect(await run.depth('dead')).toBe(1);
});

describe('what a seeder that died has left is not taken for a lost mark', () => {
  test.each([
    ['reading what an earlier one had left', ['before marker', 'while reading leftovers', 'while reading leftovers']],
    ['before it purges', ['before marker', 'before purge']],
    ['after it has purged', ['before marker', 'after purge']],
    ['while it fills, and the next one reading what is left', ['while filling:1500', 'while reading leftovers']],
  ])('%s', async (_, crashes) => {
    const items = Array.from({ length: 3000 }, (__, n) => `item-${n}`);
    const run = runOf({ items });
    for (const crash of crashes) expect(await run.seeder({ CRASH_AT: crash }).exit).toBe('SIGKILL');
    await run.seed();
    expect((await run.messages('work')).map(({ body }) => body.toString())).toEqual(items);
    expect(await run.depth('seeded')).toBe(1);
  });
});

test('a seeder that finds the mark declares nothing', async () => {
  const run = await seeded();
  const second = run.seeder({ CRASH_AT: 'before declaration' });
  expect(await second.exit).toBe(ExitCode.DONE);
  expect(second.lastWords).toContain('filled before');
});

test('a queue that has the mark is not declared with the arguments of a broker of another version', async () => {
  const run = await seeded({ queueType: 'classic' });
  const upgraded = run.seeder({ [EnvName.CONSUMER_TIMEOUT_SECONDS]: '1000' });
  expect(await upgraded.exit).toBe(ExitCode.DONE);
});
