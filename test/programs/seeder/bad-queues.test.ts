import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Channel } from 'amqplib';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { useBroker } from '../../../tools/programs/broker';
import type { LocalQueue, LocalRun } from '../../../tools/programs/local-run';
import { eventually } from '../../../tools/until';
import { journal, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

/** Acts on the broker as another client. */
function anotherClient(run: LocalRun, does: (channel: Channel) => Promise<unknown>): Promise<void> {
  return run.withBroker(async (model) => {
    const channel = await model.createChannel();
    await does(channel);
    await channel.close();
  });
}

function exists(run: LocalRun, which: Exclude<LocalQueue, 'seeded'>): Promise<boolean> {
  return run.depth(which).then(
    () => true,
    () => false,
  );
}

const deleted = (...names: string[]) =>
  new RegExp(`^queue ${names.join(' and queue ')} (is|are) missing\\. .* deleted, .* runId and apply$`);

describe('a queue that already exists with different arguments', () => {
  test.each([
    ['the queue of dead letters', '.dead'],
    ['the queue of the seeded mark', '.seeded'],
    ['the ledger', '.ledger'],
    ['the queue of the settled mark', '.settled'],
    ["the seeder's lock", '.seeding'],
  ])('%s: the seeder says so and what to do, at once', async (_, suffix) => {
    const run = runOf({ items: ['a'] });
    const name = `${run.queue}${suffix}`;
    await anotherClient(run, (channel) => channel.assertQueue(name, { arguments: { 'x-queue-type': 'classic' } }));
    const seeder = run.seeder();
    expect(await seeder.exit).toBe(ExitCode.TRY_AGAIN);
    expect(seeder.lastWords).toMatch(
      new RegExp(`^queue ${name} already exists with different arguments: .*(PRECONDITION|RESOURCE).* Delete it`),
    );
    expect(seeder.log.trim().split('\n')).toHaveLength(1);
    expect(await run.depth('seeded').catch(() => 0)).toBe(0);
  });

  test('the lock under which the settled mark is left: the courier says so, at once', async () => {
    const run = await seeded([]);
    const name = relatedQueues(run.queue).settlingLock;
    await anotherClient(run, (channel) => channel.assertQueue(name));
    const pod = run.pod(['true']);
    expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(pod.courier.lastWords).toMatch(new RegExp(`^queue ${name} already exists with different arguments`));
    expect(pod.worker.terminationMessage).toBe(pod.courier.lastWords);
  });
});

describe('a queue that is deleted', () => {
  test('while a pod holds an item: the program is stopped, and the pod says what happened and what to do', async () => {
    const run = await seeded(['a', 'b']);
    const stopped = join(run.folder, 'stopped');
    const { program, items } = journal(run, `trap "echo >${stopped}; exit 1" TERM; while :; do sleep 0.1; done`);
    const pod = run.pod(program);
    await eventually(() => items().length === 1);
    await anotherClient(run, (channel) => channel.deleteQueue(run.queue));
    expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(existsSync(stopped)).toBe(true);
    expect(pod.courier.log).toContain('this pod no longer holds the item (the broker cancelled the consumer)');
    expect(pod.courier.lastWords).toMatch(deleted(run.queue));
    expect(pod.worker.terminationMessage).toBe(pod.courier.lastWords);
  });

  test('while a pod waits for others: it does not take a missing queue for settled', async () => {
    const run = await seeded(['a']);
    const { program, items } = journal(run, 'exec sleep 1000');
    const busy = run.pod(program);
    await eventually(() => items().length === 1);
    const idle = run.pod(program);
    await eventually(() => idle.courier.log.includes('waiting for other pods'));
    await anotherClient(run, (channel) => channel.deleteQueue(run.queue));
    for (const pod of [busy, idle]) {
      expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
      expect(pod.courier.lastWords).toMatch(deleted(run.queue));
    }
  });

  test('before a pod starts: it does not take a missing queue for settled', async () => {
    const run = await seeded(['a']);
    await anotherClient(run, (channel) => channel.deleteQueue(run.queue));
    const pod = run.pod(['true']);
    expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(pod.courier.lastWords).toMatch(deleted(run.queue));
  });

  test('with its related queues: the pod does not wait for a seeder', async () => {
    const run = await seeded(['a']);
    const { program, items } = journal(run, 'exec sleep 1000');
    const pod = run.pod(program);
    await eventually(() => items().length === 1);
    await anotherClient(run, async (channel) => {
      for (const name of ['.seeded', '.dead', '']) await channel.deleteQueue(`${run.queue}${name}`);
    });
    expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(pod.courier.lastWords).toMatch(deleted(run.queue, `${run.queue}.dead`));
  });

  test('the dead letter queue: an item that fails stays in the work queue', async () => {
    const run = await seeded(['bad']);
    await anotherClient(run, (channel) => channel.deleteQueue(relatedQueues(run.queue).dead));
    const pod = run.pod(['false'], { [EnvName.MAX_ATTEMPTS]: '1' });
    expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(pod.courier.lastWords).toMatch(deleted(relatedQueues(run.queue).dead));
    expect(await run.depth()).toBe(1);
  });

  test('the dead letter queue, when all items are settled: pods end as the ledger says', async () => {
    const run = await seeded(['bad']);
    const once = { [EnvName.MAX_ATTEMPTS]: '1' };
    expect(await run.pod(['false'], once).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    await anotherClient(run, (channel) => channel.deleteQueue(relatedQueues(run.queue).dead));
    expect(await run.pod(['true']).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  });
});

describe('a mark without a queue', () => {
  test.each(['work', 'dead', 'ledger', 'settled'] as const)(
    '%s: no seeder declares it again, and no pod ends with success',
    async (which) => {
      const run = await seeded(['a']);
      const name = which === 'work' ? run.queue : relatedQueues(run.queue)[which];
      await anotherClient(run, (channel) => channel.deleteQueue(name));
      for (let n = 0; n < 2; n++) {
        const seeder = run.seeder();
        expect(await seeder.exit).toBe(ExitCode.TRY_AGAIN);
        expect(seeder.lastWords).toMatch(deleted(name));
        expect(await exists(run, which)).toBe(false);
      }
      expect(await run.pod(['false'], { [EnvName.MAX_ATTEMPTS]: '1' }).exit()).toBe(ExitCode.TRY_AGAIN);
    },
  );

  test.each([2, 3, 4, 5, 6])(
    'is not what a seeder leaves that dies at its %d. declaration: the next one fills',
    async (n) => {
      const run = runOf({ items: ['a', 'b'] });
      expect(await run.seeder({ CRASH_AT: `before declaration:${n}` }).exit).toBe('SIGKILL');
      await run.seed();
      expect(await run.depth()).toBe(2);
      expect(await run.depth('seeded')).toBe(1);
    },
  );
});

describe('the deadline for a broker that does not answer', () => {
  const HOUR_A_SECOND = '3600';
  const TEN_MINUTES_A_SECOND = '600';

  test('passes although the mark is seen each time: another client uses the queue exclusively', async () => {
    const run = runOf({ items: ['a'], queueType: 'classic' });
    await run.seed();
    await run.withBroker(async (model) => {
      const channel = await model.createChannel();
      await channel.consume(run.queue, () => {}, { exclusive: true });
      const pod = run.pod(['true'], { CLOCK_RATE: HOUR_A_SECOND });
      expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
      expect(pod.courier.lastWords).toMatch(/gave up after 10 min: .*ACCESS.REFUSED/);
    });
  });

  test('starts anew after an item that takes long: the pod reconnects', async () => {
    const run = await seeded(['a', 'b']);
    const { program, items } = journal(run, '[ "$item" != b ] || sleep 2');
    const env = {
      [EnvName.ITEMS_PER_POD]: '2',
      CRASH_AT: 'lose connection after ack',
      CLOCK_RATE: TEN_MINUTES_A_SECOND,
    };
    const pod = run.pod(program, env);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b', 'b']);
  });
});
