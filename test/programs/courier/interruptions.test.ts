import { setTimeout } from 'node:timers/promises';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { ItemHeader } from '../../../lib/contract/message-headers';
import { useBroker } from '../../../tools/programs/broker';
import type { LocalPod, LocalRun } from '../../../tools/programs/local-run';
import { eventually } from '../../../tools/until';
import { journal, podAtWork, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

const TWO = { [EnvName.MAX_INTERRUPTIONS]: '2', [EnvName.MAX_ATTEMPTS]: '1' };

/** As an eviction with a grace period that no program can use: both containers are killed. */
function kill(pod: LocalPod): void {
  pod.courier.kill();
  pod.worker.end();
}

/** Interrupts an item in `ways`, one pod after the other; then a pod that may work on. */
async function interrupted(run: LocalRun, ...ways: ((pod: LocalPod) => void)[]) {
  const { program, items } = journal(run, 'case $item in big) exec sleep 1000 ;; esac');
  for (const interrupt of ways) {
    const before = items().filter((item) => item === 'big').length;
    const pod = run.pod(program, { ...TWO, [EnvName.ITEMS_PER_POD]: '9' });
    await eventually(() => items().filter((item) => item === 'big').length > before);
    interrupt(pod);
    await pod.courier.exit;
  }
  const last = run.pod(program, { ...TWO, [EnvName.ITEMS_PER_POD]: '9' });
  return { last, items };
}

test.each([
  ['terminated twice', [(pod: LocalPod) => pod.terminate(), (pod: LocalPod) => pod.terminate()]],
  ['killed twice', [kill, kill]],
  ['terminated, then killed', [(pod: LocalPod) => pod.terminate(), kill]],
  ['killed, then terminated', [kill, (pod: LocalPod) => pod.terminate()]],
])('an item whose pods are %s becomes a dead letter without an attempt', async (_, ways) => {
  const run = await seeded(['big', 'ok']);
  const { last, items } = await interrupted(run, ...ways);
  expect(await last.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  expect(items().filter((item) => item === 'big')).toHaveLength(2);
  expect(last.courier.lastWords).toContain(
    'item 0 "big" (interrupted 2 times: pods that had the item were terminated or died, or lost the broker)',
  );
});

test('a queue that counts no deliveries: the couriers count them', async () => {
  const run = runOf({ items: ['big', 'ok'], queueType: 'classic' });
  await run.seed();
  const { last, items } = await interrupted(run, kill, kill);
  expect(await last.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  expect(items()).toEqual(['big', 'ok', 'big']);
  expect(last.courier.log).toContain('item 0 "big": interrupted before; requeued');
  expect(last.courier.lastWords).toContain('item 0 "big" (interrupted 2 times: ');
});

test('a queue that counts no deliveries: a pod that dies before it has settled what it requeued loses nothing', async () => {
  const run = runOf({ items: ['a'], queueType: 'classic' });
  await run.seed();
  const { program, items } = journal(run);
  const slow = run.pod(journal(run, 'exec sleep 1000').program);
  await eventually(() => items().length === 1);
  kill(slow);
  expect(await run.pod(program, { CRASH_AT: 'before ack' }).exit()).toBe('SIGKILL');
  const last = run.pod(program);
  expect(await last.exit()).toBe(ExitCode.DONE);
  expect(new Set(items())).toEqual(new Set(['a']));
  expect(await run.depth()).toBe(0);
});

test('an item that is interrupted goes behind the others, with what has happened to it', async () => {
  const run = await seeded(['big', 'b', 'c']);
  const { pod } = await podAtWork(run);
  pod.terminate();
  expect(await pod.exit()).toBe(ExitCode.STOPPED);
  const left = await run.messages('work');
  expect(left.map(({ body }) => body.toString())).toEqual(['b', 'c', 'big']);
  expect(left[2].headers).toMatchObject({ [ItemHeader.ATTEMPTS]: 0, [ItemHeader.INTERRUPTIONS]: 1 });
});

test('a pod that is terminated before it runs its item has not interrupted it', async () => {
  const run = await seeded(['a']);
  const { program, items } = journal(run, 'exit 3');
  const pod = run.pod(program);
  await eventually(() => pod.courier.log.includes('trying again'));
  pod.terminate();
  expect(await pod.exit()).toBe(ExitCode.STOPPED);
  expect(items()).toEqual(['a']);
  const [copy] = await run.messages('work');
  expect(copy.headers).toMatchObject({ [ItemHeader.ATTEMPTS]: 1, [ItemHeader.INTERRUPTIONS]: 0 });
});

describe('a pod that is terminated, whose worker ends before its courier gets the signal', () => {
  const LATE_MS = 1000;

  test('has interrupted its item, and not failed an attempt', async () => {
    const run = await seeded(['a']);
    const { pod } = await podAtWork(run, { [EnvName.MAX_ATTEMPTS]: '1' });
    pod.worker.end();
    await setTimeout(LATE_MS);
    pod.courier.kill('SIGTERM');
    expect(await pod.courier.exit).toBe(ExitCode.STOPPED);
    expect(await run.depth('dead')).toBe(0);
    const [copy] = await run.messages('work');
    expect(copy.headers).toMatchObject({ [ItemHeader.ATTEMPTS]: 0, [ItemHeader.INTERRUPTIONS]: 1 });
  });

  test('does not count towards `backoffLimit` without an item either', async () => {
    const run = await seeded(['a']);
    const holder = run.pod(journal(run, 'exec sleep 1000').program);
    await eventually(() => journal(run).items().length === 1);
    const pod = run.pod(['true']);
    await eventually(() => pod.courier.log.includes('waiting for other pods'));
    pod.worker.end();
    kill(holder);
    await setTimeout(LATE_MS);
    pod.courier.kill('SIGTERM');
    expect(await pod.courier.exit).toBe(ExitCode.STOPPED);
  });
});

test('a broker that stays away: the Job counts only the pods that have settled nothing', async () => {
  const run = await seeded(['a', 'b']);
  const { program, items } = journal(run, '[ "$item" != b ] || exec sleep 1000');
  const env = { [EnvName.ITEMS_PER_POD]: '2', CLOCK_RATE: '300' };
  const first = run.pod(program, env);
  await eventually(() => items().length === 2);
  await setTimeout(2000); // by then the broker has proven the ack of the first item
  await broker().kill();
  const second = run.pod(program, env);
  expect(await first.exit()).toBe(ExitCode.PROGRESSED);
  expect(first.courier.lastWords).toContain('gave up after 10 min');
  expect(await second.exit()).toBe(ExitCode.TRY_AGAIN);
  await broker().restart();
});
