import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { useBroker } from '../../../tools/programs/broker';
import type { LocalRun } from '../../../tools/programs/local-run';
import { rabbitmqctl, setPolicy } from '../../../tools/programs/rabbitmqctl';
import { eventually } from '../../../tools/until';
import { journal, podAtWork, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

describe('while the broker is in an alarm, a pod', () => {
  const watermark = (...value: string[]) => rabbitmqctl(broker(), 'set_vm_memory_high_watermark', ...value);
  afterEach(() => watermark('0.4'));

  test('that is terminated ends within its grace period, and its item returns to the queue at once', async () => {
    const run = await seeded(['a']);
    const { pod } = await podAtWork(run);
    watermark('absolute', '1MB');
    pod.terminate();
    expect(await pod.exit()).toBe(ExitCode.STOPPED);
    expect(pod.courier.log).toContain('the broker is in an alarm');
    expect(pod.courier.lastWords).toMatch(/^terminated: the grace period is over/);
    await eventually(async () => (await run.depth()) === 1);
  });

  test('holds what it has, done or failed, until the alarm is over', async () => {
    const run = await seeded(['bad', 'good']);
    const { program, items } = journal(run, '[ "$item" = good ]');
    watermark('absolute', '1MB');
    const first = run.pod(program, { [EnvName.MAX_ATTEMPTS]: '1' });
    await eventually(() => items().length === 1);
    const second = run.pod(program);
    for (const { courier } of [first, second])
      await eventually(() => courier.log.includes('the broker is in an alarm'));
    watermark('0.4');
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(await first.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['bad', 'good']);
  });
});

/** A policy of an administrator over queues with these names, until the end of the test. */
function policy(name: string, definition: Record<string, unknown>): { clear: () => void } {
  const pattern = `^${name.replaceAll('.', '\\.')}$`;
  const remove = setPolicy(broker(), pattern, definition);
  const clear = () => {
    if (policies.delete(clear)) remove();
  };
  policies.add(clear);
  return { clear };
}
const policies = new Set<() => void>();
afterEach(() => {
  for (const clear of policies) clear();
});

async function publish(run: LocalRun, queue: string, body: string): Promise<void> {
  await run.withBroker(async (model) => {
    const channel = await model.createConfirmChannel();
    channel.sendToQueue(queue, Buffer.from(body));
    await channel.waitForConfirms();
  });
}

describe('an item whose copy the broker refuses', () => {
  /** A quorum queue refuses messages once it holds more than it may. */
  const refusing = { 'max-length': 0, overflow: 'reject-publish' };

  test('is held until it is a dead letter, and does not run again', async () => {
    const run = await seeded(['bad']);
    const { program, items } = journal(run, 'exit 1');
    const { dead } = relatedQueues(run.queue);
    await publish(run, dead, 'foreign');
    const refusal = policy(dead, refusing);
    const pod = run.pod(program, { [EnvName.MAX_ATTEMPTS]: '1' });
    await eventually(() => (pod.courier.log.match(/its dead letter is not in queue/g) ?? []).length >= 2);
    expect(await run.depth('dead')).toBe(1);
    refusal.clear();
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['bad']);
    expect((await run.messages('dead')).map(({ id }) => id)).toContain('0');
  });

  test('is held until it is requeued, and its attempt counts', async () => {
    const run = await seeded(['heavy', 'other']);
    const { pod: first } = await podAtWork(run);
    const refusal = policy(run.queue, refusing);
    first.worker.end();
    await eventually(() => first.courier.log.includes('its copy is not in queue'));
    refusal.clear();
    expect(await first.courier.exit).toBe(ExitCode.PROGRESSED);
    const second = run.pod(['true'], { [EnvName.ITEMS_PER_POD]: '2' });
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(second.courier.log).toContain('item 0 "heavy": attempt 2 of 3 done');
  });

  test('ends its pod if the queue of the dead letters was deleted', async () => {
    const run = await seeded(['bad']);
    const { program, items } = journal(run, 'exit 1');
    await run.withBroker(async (model) => {
      const channel = await model.createChannel();
      await channel.deleteQueue(relatedQueues(run.queue).dead);
    });
    const pod = run.pod(program, { [EnvName.MAX_ATTEMPTS]: '1' });
    expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(pod.courier.lastWords).toContain(`queue ${relatedQueues(run.queue).dead} is missing. It was deleted`);
    expect(items()).toEqual(['bad']);
  });
});

describe('the verdict, with dead letters that another client or a policy takes,', () => {
  const once = { [EnvName.MAX_ATTEMPTS]: '1' };

  test('knows them all, whoever holds them', async () => {
    const run = await seeded(['a', 'b']);
    await run.withBroker(async (model) => {
      const channel = await model.createChannel();
      await channel.consume(relatedQueues(run.queue).dead, () => {});
      const pod = run.pod(['false'], { ...once, [EnvName.ITEMS_PER_POD]: '2' });
      expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
      expect(pod.courier.lastWords).toContain('2 dead letters (0 tolerated)');
    });
  });

  test.each([
    // For the overflow of a quorum queue a policy has precedence over the queue's argument.
    { queueType: 'quorum', overflows: ['reject-publish'] },
    // Without the argument the first would remove them too: a classic queue takes the length before the rest.
    { queueType: 'classic', overflows: ['reject-publish', 'drop-head'] },
  ] as const)('loses none in a $queueType queue to a policy with max-length and $overflows', async (policies) => {
    const { queueType, overflows } = policies;
    const run = runOf({ items: ['a', 'b'], queueType });
    await run.seed();
    const { dead } = relatedQueues(run.queue);
    const pod = run.pod(['false'], { ...once, [EnvName.ITEMS_PER_POD]: '2' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    for (const overflow of overflows) {
      policy(dead, { 'max-length': 0, overflow }).clear();
      await eventually(async () => (await run.depth('dead')) === 2);
    }
  });

  test('knows one that has expired', async () => {
    const run = await seeded(['a']);
    policy(relatedQueues(run.queue).dead, { 'message-ttl': 1 });
    const pod = run.pod(['false'], once);
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(pod.courier.lastWords).toContain('1 dead letter (0 tolerated): item 0 "a" (exit 1)');
  });

  test('counts items that a policy has removed from the work queue, and names the cause', async () => {
    const run = runOf({ items: ['a', 'b'] });
    policy(run.queue, { 'message-ttl': 15_000 });
    await run.seed();
    const gate = join(run.folder, 'gate');
    const { program } = journal(run, `until [ -e ${gate} ]; do sleep 0.1; done`);
    const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '2' });
    await eventually(async () => (await run.depth('dead')) > 0);
    appendFileSync(gate, '');
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(pod.courier.lastWords).toContain('item 1 "b" (expired: a message-ttl policy on the broker removed it)');
  });
});
