import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { useBroker } from '../../../tools/programs/broker';
import type { LocalPod, LocalRun } from '../../../tools/programs/local-run';
import { eventually } from '../../../tools/until';
import { journal, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded } = useRuns(broker);

/** A program that knows where worker and courier meet: here the folder that its standard input is in. */
const FOLDER = 'folder=$(dirname "$(readlink /proc/self/fd/0)")';

describe('the next item runs, and the pod ends with success, after a program that', () => {
  test.each([
    ['closes all it was given', 'exec <&- >&- 2>&-'],
    ['leaves children that hold its output open', 'sleep 1000 & sleep 1000 >&2 &'],
    ['leaves a child that ignores SIGTERM, in a session of its own', '(trap "" TERM HUP; exec setsid sleep 1000) &'],
    ['writes 10 MB to both outputs', 'head -c 10000000 /dev/zero; head -c 10000000 /dev/zero >&2'],
    ['says what nobody understands', `${FOLDER}; echo "hello exit" | tee $folder/fifos/up >$folder/fifos/down`],
    ['says half a line', `${FOLDER}; printf exi | tee $folder/fifos/up >$folder/fifos/down`],
    ['says more than fits into memory in one line', `${FOLDER}; head -c 30000000 /dev/zero >$folder/fifos/up`],
    ['tells how another run has ended', `${FOLDER}; echo "exit 7 3" >$folder/fifos/up`],
    [
      'removes the FIFOs',
      `${FOLDER}; rm $folder/fifos/up $folder/fifos/down $folder/fifos/runs $folder/fifos/runner $folder/fifos/stderr*`,
    ],
  ])('%s', async (_, misdeed) => {
    const run = await seeded(['a', 'b']);
    const { program, items } = journal(run, `[ "$item" != a ] || {\n${misdeed}\n}`);
    const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '2', [EnvName.MAX_ATTEMPTS]: '1' });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b']);
    expect(pod.courier.lastWords).toBe('2 items done: item 0 "a", item 1 "b"');
    expect(pod.worker.terminationMessage).toBe(pod.courier.lastWords);
  });
});

test('a program that fails cannot pass for done by reporting how another run has ended', async () => {
  const run = await seeded(['a']);
  const pod = run.pod(['sh', '-c', `${FOLDER}; echo "exit 2 0" >$folder/fifos/up; exit 3`], {
    [EnvName.MAX_ATTEMPTS]: '1',
  });
  expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  expect(pod.courier.lastWords).toContain('item 0 "a" (exit 3)');
});

test('a dead letter has the end of standard error, and no more of it than fits, whatever was written', async () => {
  const run = await seeded(['a']);
  const noise = 'head -c 10000000 /dev/urandom >&2; echo "the last line" >&2; exit 1';
  expect(await run.pod(['sh', '-c', noise], { [EnvName.MAX_ATTEMPTS]: '1' }).exit()).toBe(
    ExitCode.TOO_MANY_DEAD_LETTERS,
  );
  const [dead] = await run.messages('dead');
  expect(String(dead.headers.stderr)).toMatch(/the last line$/);
  expect(String(dead.headers.stderr).length).toBeLessThanOrEqual(2000);
});

describe('a program that ignores SIGTERM', () => {
  const STUBBORN = 'trap "" TERM; while :; do sleep 0.1; done';

  test('is killed when its time is up, which counts as an attempt, and the next item runs', async () => {
    const run = await seeded(['a', 'b']);
    const { program, items } = journal(run, `[ "$item" = b ] || { ${STUBBORN}; }`);
    const env = {
      [EnvName.ITEMS_PER_POD]: '2',
      [EnvName.MAX_ATTEMPTS]: '1',
      [EnvName.ITEM_TIMEOUT_SECONDS]: '1',
      [EnvName.TERMINATION_GRACE_SECONDS]: '1',
    };
    const pod = run.pod(program, env);
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['a', 'b']);
    expect(pod.courier.lastWords).toContain('2 items settled: 1 done, 1 dead letter');
    expect(pod.courier.lastWords).toContain('item 0 "a" (longer than itemTimeout (1 s))');
  });

  test('does not hold up a pod that is terminated: another pod works on the item', async () => {
    const run = await seeded(['a']);
    const { program, items } = journal(run, STUBBORN);
    const pod = run.pod(program, { [EnvName.TERMINATION_GRACE_SECONDS]: '1' });
    await eventually(() => items().length === 1);
    pod.terminate();
    expect(await pod.exit()).toBe(ExitCode.STOPPED);
    expect(await run.pod(['true']).exit()).toBe(ExitCode.DONE);
  });
});

describe('an item that cannot be written for the program', () => {
  async function expectHandedOver(run: LocalRun, pod: LocalPod, reason: RegExp): Promise<void> {
    expect(await pod.exit()).toBe(ExitCode.PROGRESSED); // its first attempt has failed
    expect(pod.courier.lastWords).toMatch(
      /^item 0 "a": the item cannot be written for the program: .*; another pod tries again$/,
    );
    expect(pod.courier.lastWords).toMatch(reason);
    const next = run.pod(['true']);
    expect(await next.exit()).toBe(ExitCode.DONE);
    expect(next.courier.log).toContain('item 0 "a": attempt 2 of 3 done');
  }

  test('because a program has put something in its place, the pod fails, and another one tries again', async () => {
    const run = await seeded(['a']);
    const pod = run.pod(['sh', '-c', `${FOLDER}; rm $folder/item; mkdir $folder/item; exit 1`]);
    await expectHandedOver(run, pod, /EISDIR|ENOTEMPTY/);
    expect(pod.worker.terminationMessage).toBe(pod.courier.lastWords);
  });

  const privileged = process.getuid?.() === 0;
  (privileged ? test : test.skip)(
    'because a program has filled the volume (needs root, which may mount one): the same',
    async () => {
      const run = await seeded(['a']);
      const volume = mkdtempSync(join(tmpdir(), 'volume-test-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', volume]);
      try {
        // Not closed, the removed files would keep their room, and the same item would fit again.
        const full = `${FOLDER}; exec </dev/null; rm $folder/item $folder/call; head -c 2000000 /dev/zero >$folder/big`;
        const pod = run.pod(['sh', '-c', `${full}; exit 1`], {}, volume);
        await expectHandedOver(run, pod, /ENOSPC/);
      } finally {
        execFileSync('umount', ['-l', volume]);
        rmdirSync(volume);
      }
    },
  );
});

test('the item is not written through a link that a program has left', async () => {
  const run = await seeded(['a', 'b']);
  const elsewhere = join(run.folder, 'elsewhere');
  const { program, items } = journal(
    run,
    `${FOLDER}; ln -sf ${elsewhere} $folder/item; ln -sf ${elsewhere} $folder/call`,
  );
  expect(await run.pod(program, { [EnvName.ITEMS_PER_POD]: '2' }).exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a', 'b']);
  expect(existsSync(elsewhere)).toBe(false);
});
