import { EnvName } from '../../lib/contract/environment';
import { ExitCode } from '../../lib/contract/exit-codes';
import { useBroker } from '../../tools/programs/broker';
import type { LocalRun } from '../../tools/programs/local-run';
import { eventually } from '../../tools/until';
import { gated } from '../support/use-runs';
import { BROKERS } from './support/brokers';
import { useClassicRuns } from './support/classic-runs';

const numbers = (n: number) => Array.from({ length: n }, (_, i) => `item-${i}`);

async function expectSeededOnce(run: LocalRun, items: readonly string[]): Promise<void> {
  expect(await run.depth('seeded')).toBe(1);
  const found = await run.messages('work');
  expect(found.map(({ id, body }) => [id, body.toString()])).toEqual(items.map((item, i) => [String(i), item]));
}

describe.each(BROKERS)('the seeder on classic queues of $name', ({ start }) => {
  const broker = useBroker(start);
  const runOf = useClassicRuns(broker);

  test('fills the queue with every item, in order; a second one does nothing', async () => {
    const run = runOf(numbers(2500));
    await run.seed();
    const second = run.seeder();
    expect(await second.exit).toBe(ExitCode.DONE);
    expect(second.lastWords).toContain('filled before');
    await expectSeededOnce(run, numbers(2500));
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

  test('three at once: every item exactly once', async () => {
    const run = runOf(numbers(3000));
    const seeders = [run.seeder(), run.seeder(), run.seeder()];
    for (const seeder of seeders) expect(await seeder.exit).toBe(ExitCode.DONE);
    await expectSeededOnce(run, numbers(3000));
  });

  test('the broker killed while it fills: it starts over, every item exactly once', async () => {
    const run = runOf(numbers(10_000));
    const seeder = run.seeder();
    await eventually(async () => (await run.depth().catch(() => 0)) > 0);
    await broker().kill();
    await broker().restart();
    expect(await seeder.exit).toBe(ExitCode.DONE);
    await expectSeededOnce(run, numbers(10_000));
  });

  test('items and mark outlive a kill of the broker', async () => {
    const run = runOf(numbers(100));
    await run.seed();
    await broker().kill();
    await broker().restart();
    await expectSeededOnce(run, numbers(100));
  });

  test('a queue that somebody has deleted since is not made anew, and no courier takes it for settled', async () => {
    const run = runOf(numbers(3));
    await run.seed();
    const { program, items, open } = gated(run);
    const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '3' });
    await eventually(() => items().length === 1);
    await run.withBroker(async (model) => {
      const channel = await model.createChannel();
      await channel.deleteQueue(run.queue);
    });
    open(); // RabbitMQ tells the courier at once, Broker-J only when it asks for more: by then the first item is recorded
    const gone = `queue ${run.queue} is missing. It was deleted`;
    expect([ExitCode.TRY_AGAIN, ExitCode.PROGRESSED]).toContain(await pod.exit());
    expect(pod.courier.lastWords).toContain(gone);
    const seeder = run.seeder();
    expect(await seeder.exit).toBe(ExitCode.TRY_AGAIN);
    expect(seeder.lastWords).toContain(gone);
  });
});
