import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalRun } from '../../../tools/programs/local-run';
import { rabbitmqctl } from '../../../tools/programs/rabbitmqctl';
import { eventually } from '../../../tools/until';
import { journal, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

// Each `rabbitmqctl` starts an Erlang machine: three of them took a minute on a busy machine.
jest.setTimeout(300_000);

const LIST = ['a', 'b', 'c', 'd'];

async function refill(run: LocalRun): Promise<void> {
  const seeder = run.seeder();
  expect([await seeder.exit, seeder.lastWords]).toEqual([
    ExitCode.DONE,
    expect.stringContaining(`filled with ${LIST.length} items in`),
  ]);
  expect(await run.depth('seeded')).toBe(1);
}

/** If no pod is at work, which would take items at once. */
async function expectFilled(run: LocalRun): Promise<void> {
  await refill(run);
  expect(await run.depth()).toBe(LIST.length);
}

/** A node that comes back without its data. */
function loseVolume(): void {
  for (const command of ['stop_app', 'force_reset', 'start_app']) rabbitmqctl(broker(), command);
}

function deleteAll(run: LocalRun): Promise<void> {
  return run.withBroker(async (model) => {
    const channel = await model.createChannel();
    const { dead, seeded, ledger, settled } = relatedQueues(run.queue);
    for (const name of [run.queue, dead, seeded, ledger, settled]) await channel.deleteQueue(name);
  });
}

describe.each<[string, (run: LocalRun) => void | Promise<void>]>([
  ['a lost volume', loseVolume],
  ['the deletion of all queues of the run', deleteAll],
])('after %s, nothing is recorded', (_, lose) => {
  test('the seeder fills the queue with all items, and the last pod ends when all of them have run again', async () => {
    const run = await seeded(LIST);
    const { program, items } = journal(run);
    expect(await run.pod(program, { [EnvName.ITEMS_PER_POD]: '3' }).exit()).toBe(ExitCode.DONE);
    await lose(run);
    await expectFilled(run);
    expect(await run.pod(program, LAST_INDEX).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b', 'c', ...LIST]);
  });

  test('a settled run is settled no longer: the last pod does not end before all items have run again', async () => {
    const run = await seeded(LIST);
    const { program, items } = journal(run);
    expect(await run.pod(program, LAST_INDEX).exit()).toBe(ExitCode.DONE);
    await lose(run);
    await expectFilled(run);
    expect(await run.pod(program, LAST_INDEX).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual([...LIST, ...LIST]);
  });
});

test('pods that are at work when the volume is lost go on, and the last pod ends when all items have run again', async () => {
  const run = runOf({ items: LIST });
  await run.seed();
  const hangsOnce = `[ "$item" != c ] || ! mkdir ${run.folder}/hung 2>/dev/null || exec sleep 1000`;
  const { program, items } = journal(run, hangsOnce);
  const first = run.pod(program, { [EnvName.ITEMS_PER_POD]: '3' });
  await eventually(() => items().length === 3);
  loseVolume();
  await refill(run);
  const last = run.pod(program, LAST_INDEX);
  for (const pod of [first, last]) expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(items().slice(0, 3)).toEqual(['a', 'b', 'c']);
  expect(items().slice(3).sort()).toEqual(LIST);
});
