import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { ItemHeader } from '../../../lib/contract/message-headers';
import { relatedQueues } from '../../../lib/contract/queues';
import { doneRecord } from '../../../lib/programs/ledger/record';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalRun, type LocalRunOptions, RUN_NAME } from '../../../tools/programs/local-run';
import { setPolicy } from '../../../tools/programs/rabbitmqctl';
import { eventually } from '../../../tools/until';
import { journal, podAtWork, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf } = useRuns(broker);

const LIST = ['a', 'b', 'c', 'd'];
const RELATED = ['seeded', 'dead', 'ledger', 'settled'] as const;
type Related = (typeof RELATED)[number];

/** The broker of a run, as its programs see it: one before 3.9 has no streams. */
const BROKERS = [
  ['quorum queues', 'quorum', {}],
  ['classic queues', 'classic', {}],
  ['classic queues without streams', 'classic', { SERVER_VERSION: '3.8.35' }],
] as const;

async function seeded(options: Partial<LocalRunOptions> = {}): Promise<LocalRun> {
  const run = runOf({ items: LIST, ...options });
  await seed(run, options.env);
  return run;
}

/** What the seeder says that it has done. */
async function seed(run: LocalRun, env: Record<string, string> = {}): Promise<string> {
  const seeder = run.seeder(env);
  expect([await seeder.exit, seeder.log]).toEqual([ExitCode.DONE, expect.any(String)]);
  expect(await run.depth('seeded')).toBe(1);
  return seeder.lastWords;
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

/** Records items as done, as a courier does it. */
function record(run: LocalRun, itemCount: number, ...numbers: number[]): Promise<void> {
  const { queue } = run;
  const execution = { attempt: 1, pod: 'pod', node: 'node', started: new Date(0), milliseconds: 1 };
  return run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    for (const number of numbers) {
      const { body, messageId, headers } = doneRecord({ queue, run: RUN_NAME, itemCount }, number, execution);
      channel.sendToQueue(relatedQueues(queue).ledger, body, { persistent: true, messageId, headers });
    }
    await channel.waitForConfirms();
  });
}

async function bodies(run: LocalRun): Promise<string[]> {
  return (await run.messages('work')).map(({ body }) => body.toString());
}

async function expectRefusal(run: LocalRun, sentence: RegExp, env: Record<string, string> = {}): Promise<void> {
  const depth = await run.depth();
  const seeder = run.seeder(env);
  expect(await seeder.exit).toBe(ExitCode.TRY_AGAIN);
  expect(seeder.lastWords).toMatch(sentence);
  expect(await run.depth()).toBe(depth);
}

const missing = (run: LocalRun, ...which: readonly Related[]) => {
  const names = RELATED.filter((each) => which.includes(each)).map((each) => `queue ${relatedQueues(run.queue)[each]}`);
  const verb = names.length === 1 ? 'is' : 'are';
  return new RegExp(
    `^queue ${run.queue} exists, but ${names.join(' and ')} ${verb} missing, .* nothing was changed.* another runId and apply$`,
  );
};

describe('a work queue without its related queues', () => {
  test.each<Related[][]>([[['seeded']], [['dead']], [['ledger']], [['settled']], [['dead', 'seeded']]])(
    '%j: the seeder declares and purges nothing',
    async (which) => {
      const run = await seeded();
      const { program, items } = journal(run);
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
    await podAtWork(run);
    const clear = setPolicy(broker(), `^${run.queue}`, { expires: 500 });
    const gone = (which: Related) => () =>
      run.depth(which).then(
        () => false,
        () => true,
      );
    for (const each of ['seeded', 'dead', 'settled'] as const) await eventually(gone(each));
    await expectRefusal(
      run,
      /exists, but queue .*\.seeded and queue .*\.dead and .* are missing, .* nothing was changed/,
    );
    clear();
  });

  test('that another client made: the seeder changes nothing', async () => {
    const run = runOf({ items: LIST });
    await run.withBroker(async (model) => {
      const channel = await model.createChannel();
      await channel.assertQueue(run.queue);
    });
    await expectRefusal(run, missing(run, ...RELATED));
    await expect(run.depth('seeded')).rejects.toThrow('NOT_FOUND');
  });
});

describe.each(BROKERS)('a mark that was removed from its queue (%s)', (_, queueType, env) => {
  const options = { queueType, env };

  test('while a client consumes: the seeder ends with an error and purges nothing', async () => {
    const run = await seeded(options);
    await podAtWork(run);
    await removeMark(run);
    await expectRefusal(
      run,
      /^queue .* has no mark in queue .*\.seeded, but clients consume from it\. .* Nothing was removed from the work queue\. /,
      env,
    );
  });

  test('before a pod has taken an item: the seeder fills the queue with all items', async () => {
    const run = await seeded(options);
    await removeMark(run);
    expect(await seed(run, env)).toContain('filled with 4 items in');
    expect(await bodies(run)).toEqual(LIST);
  });

  test('between two pods: the seeder fills the queue with the items that have no record, and the run completes', async () => {
    const run = await seeded(options);
    const { program, items } = journal(run);
    expect(await run.pod(program, { [EnvName.ITEMS_PER_POD]: '2' }).exit()).toBe(ExitCode.DONE);
    await removeMark(run);
    expect(await seed(run, env)).toMatch(/filled with 2 items, of 4; 2 were settled before/);
    expect(await run.depth()).toBe(2);
    expect(await run.pod(program, LAST_INDEX).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(LIST);
  });

  test('after an item was requeued: the item is in the queue once', async () => {
    const run = await seeded({ ...options, items: ['a'] });
    const { pod } = await podAtWork(run);
    pod.terminate();
    expect(await pod.exit()).toBe(ExitCode.STOPPED);
    await removeMark(run);
    await seed(run, env);
    expect(await bodies(run)).toEqual(['a']);
  });

  test('when the last pod has seen that all items are settled: the seeder fills nothing, and pods end as before', async () => {
    const run = await seeded(options);
    const { program, items } = journal(run);
    expect(await run.pod(program, LAST_INDEX).exit()).toBe(ExitCode.DONE);
    await removeMark(run);
    expect(await seed(run, env)).toMatch(/filled with 0 items, of 4; 4 were settled before/);
    expect(await run.depth()).toBe(0);
    expect(await run.pod(program, LAST_INDEX).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(LIST);
  });

  test('after an item has become a dead letter: the item does not run again', async () => {
    const run = await seeded({ ...options, items: ['bad', 'good'] });
    const { program, items } = journal(run, '[ "$item" = good ]');
    const once = { [EnvName.MAX_ATTEMPTS]: '1' };
    expect(await run.pod(program, { ...once, ...LAST_INDEX }).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    await removeMark(run);
    expect(await seed(run, env)).toMatch(/filled with 0 items, of 2; 2 were settled before/);
    expect(await run.depth('dead')).toBe(1);
    expect(await run.pod(program, LAST_INDEX).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['bad', 'good']);
  });

  test('with a dead letter whose item has no record: the item runs again', async () => {
    const run = await seeded({ ...options, items: ['a'] });
    await run.withBroker(async (model) => {
      const channel = await model.createConfirmChannel();
      await channel.get(run.queue, { noAck: true });
      const headers = { [ItemHeader.RUN]: RUN_NAME };
      channel.sendToQueue(relatedQueues(run.queue).dead, Buffer.from('a'), { messageId: '0', headers });
      await channel.waitForConfirms();
    });
    await removeMark(run);
    await seed(run, env);
    const { program, items } = journal(run);
    expect(await run.pod(program, LAST_INDEX).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a']);
    expect(await run.depth('dead')).toBe(1);
  });

  test('a record that is written after the purge and before the reading spares its item', async () => {
    const run = await seeded(options);
    await removeMark(run);
    const seeder = run.seeder({ ...env, CRASH_AT: 'pause after purge:3000' });
    await eventually(async () => (await run.depth()) === 0);
    await record(run, LIST.length, 2);
    expect(await seeder.exit).toBe(ExitCode.DONE);
    expect(seeder.lastWords).toMatch(/filled with 3 items, of 4; 1 was settled before/);
    expect(await bodies(run)).toEqual(['a', 'b', 'd']);
  });

  test('twice: each time the seeder fills the queue with the items that have no record', async () => {
    const run = await seeded(options);
    for (const number of [0, 1, 2]) {
      await record(run, LIST.length, number);
      await removeMark(run);
      await seed(run, env);
    }
    expect(await bodies(run)).toEqual(['d']);
  });
});

test('records of another run and of numbers that the run does not have spare no item', async () => {
  const run = await seeded();
  await record(run, LIST.length, 4, 17);
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    const headers = { [ItemHeader.RUN]: 'another', kind: 'done' };
    channel.sendToQueue(relatedQueues(run.queue).ledger, Buffer.from('{}'), { messageId: '0', headers });
    await channel.waitForConfirms();
  });
  await removeMark(run);
  expect(await seed(run)).toContain('filled with 4 items in');
});

describe('after a seeder that was killed', () => {
  const items = Array.from({ length: 3000 }, (_, n) => `item-${n}`);
  const recorded = items.flatMap((_, n) => (n % 10 === 0 ? [n] : []));
  const left = items.filter((_, n) => n % 10 !== 0);

  test.each([
    ['while it read the ledger, twice', ['while reading the ledger', 'while reading the ledger']],
    ['before its purge', ['before purge']],
    ['after its purge', ['after purge']],
    ['while it filled the queue', ['while filling:1500']],
    [
      'while it filled the queue, and another one that read the ledger',
      ['while filling:1500', 'while reading the ledger'],
    ],
    ['before the mark', ['before marker']],
  ])('%s, the next one fills the queue with exactly the items that have no record', async (_, crashes) => {
    const run = await seeded({ items });
    await record(run, items.length, ...recorded);
    await removeMark(run);
    for (const crash of crashes) expect(await run.seeder({ CRASH_AT: crash }).exit).toBe('SIGKILL');
    await seed(run);
    expect(await bodies(run)).toEqual(left);
  });

  test('right after the mark, the next one does nothing', async () => {
    const run = await seeded({ items });
    await record(run, items.length, ...recorded);
    await removeMark(run);
    expect(await run.seeder({ CRASH_AT: 'after marker' }).exit).toBe('SIGKILL');
    expect(await seed(run)).toContain('filled before');
    expect(await bodies(run)).toEqual(left);
  });
});

test('a mark that a seeder that died has read is found by the next one, which waits for it', async () => {
  const run = await seeded();
  // Holds the mark for less than a seeder waits for it.
  const held = run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await channel.get(relatedQueues(run.queue).seeded);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  });
  const next = run.seeder();
  await held;
  expect(await next.exit).toBe(ExitCode.DONE);
  expect(next.lastWords).toContain('filled before');
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
