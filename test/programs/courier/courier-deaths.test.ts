import { appendFileSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { SharedVolume } from '../../../lib/contract/shared-volume';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, type LocalPod, type LocalRun } from '../../../tools/programs/local-run';
import { eventually } from '../../../tools/until';
import { journal, podAtWork, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

describe('a pod that dies', () => {
  test('by its worker (out of memory): the attempt counts, another pod does the item', async () => {
    const run = await seeded(['heavy']);
    const { program, items } = journal(run, 'sleep 1000');
    const first = run.pod(program);
    await eventually(() => items().length === 1);
    first.worker.end();
    expect(await first.courier.exit).toBe(ExitCode.PROGRESSED);
    expect(first.courier.lastWords).toBe(
      'item 0 "heavy": the worker\'s container died (out of memory?); another pod tries again',
    );
    const second = run.pod(journal(run).program);
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(second.courier.log).toContain('attempt 2 of 3 done');
  });

  test('by its worker on the last attempt: the item becomes a dead letter', async () => {
    const run = await seeded(['heavy']);
    const { program, items } = journal(run, 'sleep 1000');
    const pod = run.pod(program, { [EnvName.MAX_ATTEMPTS]: '1' });
    await eventually(() => items().length === 1);
    pod.worker.end();
    expect(await pod.courier.exit).toBe(ExitCode.PROGRESSED);
    expect(await run.pod(['true']).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
  });

  test('by its courier: the program is stopped, another pod does the item', async () => {
    const run = await seeded(['a']);
    const { pod: first, items } = await podAtWork(run);
    first.courier.kill();
    expect(await first.worker.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(await run.pod(journal(run).program).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'a']);
  });

  test('by its courier, ten times: the item becomes a dead letter without running again', async () => {
    const run = await seeded(['deadly']);
    const { program, items } = journal(run, 'exec sleep 1000');
    for (let n = 1; n <= 10; n++) {
      const pod = run.pod(program, { [EnvName.MAX_ATTEMPTS]: '1' });
      await eventually(() => items().length === n);
      pod.courier.kill();
      await pod.exit();
    }
    const last = run.pod(program, { [EnvName.MAX_ATTEMPTS]: '1' });
    expect(await last.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toHaveLength(10);
    expect(last.courier.lastWords).toContain('item 0 "deadly" (interrupted 10 times: ');
  });

  test('by its worker between two items: no item answers for it, and the Job does not count a pod that has done one', async () => {
    const run = await seeded(['a', 'b']);
    const holder = run.pod(journal(run, 'exec sleep 1000').program);
    const { program, items } = journal(run);
    await eventually(() => items().length === 1);
    const idle = run.pod(program, { [EnvName.ITEMS_PER_POD]: '2' });
    await eventually(() => idle.courier.log.includes('waiting for other pods'));
    idle.worker.end();
    holder.courier.kill();
    expect(await idle.courier.exit).toBe(ExitCode.PROGRESSED);
    expect(idle.courier.lastWords).toMatch(/^the worker's container died between two items; 1 item done/);
    const last = run.pod(program);
    expect(await last.exit()).toBe(ExitCode.DONE);
    expect(last.courier.log).toContain('attempt 1 of 3 done');
  });

  test('between the end of the program and the record: the item runs again, and its second run does not count', async () => {
    const run = await seeded(['a', 'b']);
    const { program, items } = journal(run);
    expect(await run.pod(program, { CRASH_AT: 'before record' }).exit()).toBe('SIGKILL');
    const second = run.pod(program);
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(items().sort()).toEqual(['a', 'a', 'b']);
    expect(await run.depth()).toBe(0);
  });

  test.each(['after record', 'before ack'])('%s: the item is settled, and does not run again', async (step) => {
    const run = await seeded(['a', 'b']);
    const { program, items } = journal(run);
    expect(await run.pod(program, { CRASH_AT: step }).exit()).toBe('SIGKILL');
    const second = run.pod(program);
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(second.courier.log).toContain('item 0 "a": delivered again, and recorded before; it does not run again');
    expect(second.courier.lastWords).toBe('1 item done: item 1 "b"');
    expect(items()).toEqual(['a', 'b']);
    expect(await run.depth()).toBe(0);
  });

  test('right after the ack: the pod that replaces it sees that all is settled', async () => {
    const run = await seeded(['a']);
    const { program, items } = journal(run);
    expect(await run.pod(program, { CRASH_AT: 'after ack' }).exit()).toBe('SIGKILL');
    expect(await run.pod(program).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a']);
  });

  test('only by its connection, right after an ack: what is recorded does not run again', async () => {
    const run = await seeded(['a', 'b', 'c']);
    const { program, items } = journal(run, '[ "$item" != b ] || sleep 2');
    const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '2', CRASH_AT: 'lose connection after ack' });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b', 'b', 'c']);
    expect(pod.courier.lastWords).toBe('3 items done: item 0 "a", item 1 "b", item 2 "c"');
  });

  test('between the dead letter and its record: dead-lettered twice, counted once', async () => {
    const run = await seeded(['bad']);
    const env = { [EnvName.MAX_ATTEMPTS]: '1', [EnvName.TOLERATED_DEAD_LETTERS]: '1' };
    expect(await run.pod(['false'], { ...env, CRASH_AT: 'before record' }).exit()).toBe('SIGKILL');
    const second = run.pod(['false'], env);
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(await run.depth('dead')).toBe(2);
    expect(second.courier.lastWords).toContain('1 dead letter (1 tolerated)');
  });

  test('between the record of a dead letter and the ack: the item does not run again', async () => {
    const run = await seeded(['bad']);
    const { program, items } = journal(run, 'exit 1');
    const env = { [EnvName.MAX_ATTEMPTS]: '1' };
    expect(await run.pod(program, { ...env, CRASH_AT: 'before ack' }).exit()).toBe('SIGKILL');
    const second = run.pod(program, env);
    expect(await second.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['bad']);
    expect(await run.depth('dead')).toBe(1);
    expect(second.courier.lastWords).toContain('0 done, 1 dead letter (0 tolerated): item 0 "bad" (exit 1)');
  });

  test.each(['before settled mark', 'after settled mark'])('%s: the next pod ends the run', async (step) => {
    const run = await seeded(['a']);
    const { program, items } = journal(run);
    expect(await run.pod(program, { ...LAST_INDEX, CRASH_AT: step }).exit()).toBe('SIGKILL');
    const second = run.pod(program, LAST_INDEX);
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(second.courier.lastWords).toBe('all 1 item settled: 1 done; this pod: no item done');
    expect(items()).toEqual(['a']);
    expect(await run.depth('settled')).toBe(1);
  });
});

describe('a pod that is terminated', () => {
  test('requeues its item without counting an attempt', async () => {
    const run = await seeded(['a']);
    const first = await podAskedToLeave(run);
    expect(await first.exit()).toBe(ExitCode.STOPPED);
    const second = run.pod(journal(run).program);
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(second.courier.log).toContain('item 0 "a": attempt 1 of 3 done');
    // A requeued item does not count: the pod ends because all items are settled, not by what it has done.
    expect(second.courier.lastWords).toMatch(/^all 1 item settled: 1 done; this pod: 1 item done: item 0 "a"/);
  });

  test('knows it before its program ends of the signal, although only its worker has got one yet', async () => {
    const run = await seeded(['a']);
    const { pod: first } = await podAtWork(run);
    first.worker.signal('SIGTERM');
    await eventually(() => first.courier.log.includes("the worker's container was terminated"));
    first.courier.kill('SIGTERM');
    expect(await first.exit()).toBe(ExitCode.STOPPED);
    expect(first.courier.log).not.toContain('failed');
    const second = run.pod(journal(run).program);
    expect(await second.exit()).toBe(ExitCode.DONE);
    expect(second.courier.log).toContain('item 0 "a": attempt 1 of 3 done');
  });

  test('counts no attempt if the worker is killed before the courier', async () => {
    const run = await seeded(['a']);
    const { program, items } = journal(run, 'trap "" TERM; while :; do sleep 0.1; done');
    const pod = run.pod(program, { [EnvName.MAX_ATTEMPTS]: '1' });
    await eventually(() => items().length === 1);
    pod.courier.kill('SIGTERM');
    pod.worker.end();
    expect(await pod.courier.exit).toBe(ExitCode.STOPPED);
    expect(await run.depth('dead')).toBe(0);
    expect(await run.depth()).toBe(1);
  });

  describe('by its own program', () => {
    /** A program that sends SIGTERM to process 1 of its container, and a pod with it. */
    const signalling = (run: LocalRun, script: string, env: Record<string, string> = {}) => {
      const pid = join(mkdtempSync(join(run.folder, 'pod-')), 'pid');
      const send = `until [ -s ${pid} ]; do sleep 0.1; done; kill "$(cat ${pid})"`;
      const pod = run.pod(['sh', '-c', script.replace('SEND', send)], env);
      writeFileSync(pid, String(pod.worker.pid));
      return pod;
    };

    test('which sends SIGTERM to process 1: that is an attempt of the item, and the Job does not count the pod', async () => {
      const run = await seeded(['a']);
      const env = { [EnvName.MAX_ATTEMPTS]: '2' };
      const first = signalling(run, 'SEND; exec sleep 1000', env);
      expect(await first.exit()).toBe(ExitCode.PROGRESSED);
      expect(first.courier.lastWords).toBe(
        'item 0 "a": only the worker\'s container got a SIGTERM: does the program send signals to process 1?; another pod tries again',
      );
      expect(await signalling(run, 'SEND; exec sleep 1000', env).exit()).toBe(ExitCode.PROGRESSED);
      const last = run.pod(['true']);
      expect(await last.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
      expect(last.courier.lastWords).toContain("only the worker's container got a SIGTERM");
    });

    test('which writes `shutdown` into the FIFO to the courier: that is an attempt of the item too', async () => {
      const run = await seeded(['a']);
      // Its standard input is the file `item` of the shared volume.
      const write = 'item=$(readlink /proc/self/fd/0); echo shutdown >"$(dirname "$item")/fifos/up"; exec sleep 1000';
      const pod = run.pod(['sh', '-c', write], { [EnvName.MAX_ATTEMPTS]: '1' });
      expect(await pod.exit()).toBe(ExitCode.PROGRESSED);
      expect(await run.depth('dead')).toBe(1);
    });

    test('which still ends with 0: the item is done, and the Job does not count the pod', async () => {
      const run = await seeded(['a', 'b']);
      const pod = signalling(run, 'trap "" TERM; SEND; exit 0', { [EnvName.ITEMS_PER_POD]: '2' });
      expect(await pod.exit()).toBe(ExitCode.PROGRESSED);
      expect(await run.depth()).toBe(1);
    });
  });

  test('requeues an item with its failed attempts', async () => {
    const run = await seeded(['bad']);
    const first = run.pod(['false']);
    await eventually(() => first.courier.log.includes('attempt 2 of 3 failed'));
    first.terminate();
    expect(await first.exit()).toBe(ExitCode.STOPPED);
    const second = run.pod(['false']);
    expect(await second.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(second.courier.log).toContain('attempt 3 of 3 failed');
    expect(second.courier.log).not.toContain('attempt 2 of 3');
  });

  test('and dies between the copy and the ack: the copy does not run once the item is recorded', async () => {
    const run = await seeded(['a', 'b']);
    const first = await podAskedToLeave(run, { CRASH_AT: 'before ack' });
    expect(await first.exit()).toBe('SIGKILL');
    const { program, items } = journal(run);
    const second = run.pod(program);
    expect(await second.exit()).toBe(ExitCode.DONE);
    // The item itself, which is not its first delivery any more and does not count, then the next.
    expect(items()).toEqual(['a', 'a', 'b']);
    expect(await run.depth()).toBe(1);
    const third = run.pod(program);
    expect(await third.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'a', 'b']);
    expect(await run.depth()).toBe(0);
  });

  async function podAskedToLeave(run: LocalRun, env: Record<string, string> = {}): Promise<LocalPod> {
    const { pod } = await podAtWork(run, env);
    pod.terminate();
    return pod;
  }

  test('acknowledges the item when the program still ends with 0', async () => {
    const run = await seeded(['a']);
    const marker = join(run.folder, 'started');
    const pod = run.pod(['sh', '-c', `trap "exit 0" TERM; : >${marker}; while :; do sleep 0.1; done`]);
    await eventually(() => existsSync(marker));
    pod.terminate();
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(await run.depth()).toBe(0);
  });

  test('ends at once while it waits for the seeder', async () => {
    const run = runOf({ items: ['a'] });
    const pod = run.pod(['true']);
    await eventually(() => existsSync(join(pod.worker.folder, SharedVolume.DOWN)));
    pod.terminate();
    expect(await pod.exit()).toBe(ExitCode.STOPPED);
  });
});

test('the broker killed and restarted in the middle of an item: the program is stopped and the same pod goes on', async () => {
  const run = await seeded(['a', 'b']);
  const gate = join(run.folder, 'gate');
  const { program, items } = journal(run, `until [ -e ${gate} ]; do sleep 0.1; done`);
  const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '2' });
  await eventually(() => items().length === 1);
  await broker().kill();
  await eventually(() => pod.courier.log.includes('stopping the program'));
  appendFileSync(gate, '');
  await broker().restart();
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(new Set(items())).toEqual(new Set(['a', 'b']));
  expect(await run.depth()).toBe(0);
});

describe('a worker that never becomes ready', () => {
  /** Its container is created, and nothing in it starts. */
  async function podWithoutShim(): Promise<LocalPod> {
    const run = await seeded(['a']);
    const pod = run.pod(['true']);
    pod.worker.signal('SIGKILL');
    await eventually(() => existsSync(join(pod.worker.folder, SharedVolume.DOWN)));
    mkdirSync(join(pod.worker.folder, SharedVolume.WORKER_CREATED));
    return pod;
  }

  test('because its image has no shell: the courier says so long before it ends', async () => {
    const pod = await podWithoutShim();
    const line = "the worker's container is created but has not started yet: does its image have /bin/sh";
    await eventually(() => pod.courier.log.includes(line));
  });

  test('because it ended: the courier ends at once', async () => {
    const pod = await podWithoutShim();
    closeSync(openSync(join(pod.worker.folder, SharedVolume.UP), 'w'));
    expect(await pod.courier.exit).toBe(ExitCode.TRY_AGAIN);
    expect(pod.courier.lastWords).toBe("the worker's container ended before it was ready (kubectl describe pod)");
  });
});
