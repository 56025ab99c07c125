import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ITEM_PLACEHOLDER } from '../../../lib/contract/item-templates';
import { HELLO_SECONDS, PEER_APPEARANCE_SECONDS } from '../../../lib/contract/limits';
import { SharedVolume } from '../../../lib/contract/shared-volume';
import { callLines } from '../../../lib/programs/courier/program-call';
import { WorkerLink } from '../../../lib/programs/courier/worker-link';
import { ShimProcess } from '../../../tools/programs/shim-process';
import { eventually } from '../../../tools/until';

const never = new AbortController().signal;

/** Until a killed reader of a pipe has had the processor once more, it still takes what is written there (seen on Linux). */
const KILL_TEE =
  'old=$(pgrep -x tee); kill -KILL $old; for tee in $old; do while kill -0 $tee 2>/dev/null; do sleep 0.05; done; done';

describe.each([
  ['dash', ['dash']],
  ['busybox ash', ['busybox', 'ash']],
  ['bash', ['bash', '--posix']],
  ['bash, not in POSIX mode', ['bash']],
])('shim.sh under %s', (_, shell) => {
  let shim: ShimProcess;
  let worker: WorkerLink;

  beforeEach(() => {
    shim = new ShimProcess(shell);
  });
  afterEach(() => {
    worker?.quit(0, '');
    shim.end();
  });

  async function startWith(...program: string[]): Promise<void> {
    shim.start(...program);
    worker = new WorkerLink(shim.folder);
    expect(await worker.ready(30_000, never)).toBe(true);
  }

  test('gives the program the item on standard input, byte for byte', async () => {
    await startWith('cat');
    const item = Buffer.from([0, 1, 2, 10, 13, 255, 0, ...Buffer.from('$(x) `y` "z" \'q\' -n é\n\n')]);
    expect(await worker.run(item)).toBe(0);
    await eventually(() => shim.stdout.length >= item.length);
    expect(shim.stdout.equals(item)).toBe(true);
  });

  test('gives the program its arguments as they are', async () => {
    await startWith('printf', '[%s]', '$(x)', 'a b', '-n', '', "it's", '*');
    expect(await worker.run(Buffer.from('x'))).toBe(0);
    await eventually(() => shim.stdout.toString().endsWith('[*]'));
    expect(shim.stdout.toString()).toBe("[$(x)][a b][-n][][it's][*]");
  });

  const anyBytes = Buffer.concat([
    Buffer.from(Array.from({ length: 255 }, (_, n) => n + 1)),
    Buffer.from("''\"$(touch x)`y` $z \\n \\\\ é *\n\n"),
  ]);

  test('gives the program the item as an argument and inside of one, byte for byte', async () => {
    await startWith('printf', '%s|', 'b c', ITEM_PLACEHOLDER, `--x=${ITEM_PLACEHOLDER}.`);
    const call = callLines({}, anyBytes, { arguments: [null, null, null, [{}], ['--x=', {}, '.']] });
    expect(await worker.run(Buffer.from('x'), call)).toBe(0);
    const expected = [Buffer.from('b c|'), anyBytes, Buffer.from('|--x='), anyBytes, Buffer.from('.|')];
    await eventually(() => shim.stdout.length >= Buffer.concat(expected).length);
    expect(shim.stdout.equals(Buffer.concat(expected))).toBe(true);
  });

  test('gives the program the item in a variable, byte for byte, and other variables', async () => {
    await startWith('cat', '/proc/self/environ');
    expect(
      await worker.run(Buffer.from('x'), callLines({ N: "it's" }, anyBytes, { variables: { exchange: [{}] } })),
    ).toBe(0);
    await eventually(() => shim.stdout.includes('exchange=') && shim.stdout.includes('N='));
    const variables = shim.stdout.toString('latin1').split('\0');
    expect(variables).toContain(`exchange=${anyBytes.toString('latin1')}`);
    expect(variables).toContain("N=it's");
  });

  test('gives the program the longest argument that the system accepts', async () => {
    await startWith('sh', '-c', 'printf %s "$1" | wc -c', 'sh', ITEM_PLACEHOLDER);
    const call = callLines({}, Buffer.alloc(131_071, "'"), { arguments: [null, null, null, null, [{}]] });
    expect(await worker.run(Buffer.from('x'), call)).toBe(0);
    await eventually(() => shim.stdout.toString().trim() === '131071');
  });

  test('leaves the variables of the container as they are', async () => {
    const names = ['shared', 'mode', 'next', 'number', 'program', 'runner', 'status', 'target', 'word'];
    for (const name of names) process.env[name] = 'mine';
    await startWith('cat', '/proc/self/environ');
    for (const name of names) delete process.env[name];
    expect(await worker.run(Buffer.from('x'))).toBe(0);
    await eventually(() => shim.stdout.includes('TERMINATION_LOG=') && shim.stdout.at(-1) === 0);
    expect(shim.stdout.toString().split('\0')).toEqual(expect.arrayContaining(names.map((name) => `${name}=mine`)));
  });

  test('the variables and arguments of one run are not there in the next', async () => {
    await startWith('sh', '-c', 'echo "$1 $N."', 'sh', 'as given');
    await worker.run(Buffer.from('x'), Buffer.from('export N=\'1\'\nset -- "$1" "$2" "$3" "$4" first\n'));
    await worker.run(Buffer.from('x'));
    await eventually(() => shim.stdout.toString().split('\n').length === 3);
    expect(shim.stdout.toString()).toBe('first 1.\nas given .\n');
  });

  test('runs a program named like a builtin or like a function of the shim', async () => {
    await startWith('end');
    expect(await worker.run(Buffer.from('x'))).toBe(127);
    worker.quit(0, 'done');
    expect(await shim.exit()).toBe(0);
  });

  test('tells how the program ended: status, missing program, signal', async () => {
    await startWith('sh', '-c', 'read -r what; case $what in kill) kill -KILL $$ ;; *) exit "$what" ;; esac');
    expect(await worker.run(Buffer.from('0\n'))).toBe(0);
    expect(await worker.run(Buffer.from('3\n'))).toBe(3);
    expect(await worker.run(Buffer.from('kill\n'))).toBe(137);
  });

  test('does not hurt a program that never reads its input', async () => {
    await startWith('sh', '-c', 'exit 0');
    expect(await worker.run(Buffer.alloc(2_000_000, 'x'))).toBe(0);
  });

  test('quits with the status and leaves the sentence as its termination message', async () => {
    await startWith('true');
    worker.quit(20, 'all 8 items settled: "7" done');
    expect(await shim.exit()).toBe(20);
    expect(shim.terminationMessage).toBe('all 8 items settled: "7" done');
  });

  test('writes the sentence to its log as it is', async () => {
    await startWith('cat');
    const sentence = String.raw`the path C:\new\table \0101 \c "$x" %s is -n missing`;
    worker.quit(7, sentence);
    expect(await shim.exit()).toBe(7);
    expect(shim.terminationMessage).toBe(sentence);
    expect(shim.stderr).toBe(`work-queue: ${sentence}\n`);
  });

  test('puts standard error into the log, all of it, and its end at the hand of the courier', async () => {
    await startWith('sh', '-c', 'seq 100000 >&2; echo "no such frame" >&2; exit 4');
    expect(await worker.run(Buffer.from('x'))).toBe(4);
    expect(await worker.stderr.settled()).toMatch(/\n100000\nno such frame$/);
    worker.quit(0, 'done');
    expect(await shim.exit()).toBe(0);
    await eventually(() => shim.stderr.length >= 588_895 + 14);
    expect(shim.stderr.endsWith('100000\nno such frame\n')).toBe(true);
  });

  test('keeps the standard errors of two runs apart', async () => {
    await startWith('sh', '-c', 'cat >&2; exit 1');
    await worker.run(Buffer.from('first'));
    expect(await worker.stderr.settled()).toBe('first');
    await worker.run(Buffer.from('second'));
    expect(await worker.stderr.settled()).toBe('second');
  });

  test('quits although something that the program left behind holds standard error open', async () => {
    await startWith('sh', '-c', 'sleep 1000 & exit 0');
    expect(await worker.run(Buffer.from('x'))).toBe(0);
    worker.quit(0, 'done');
    expect(await shim.exit()).toBe(0);
  });

  test('stops the program with SIGTERM, and its children with it, when told to', async () => {
    const marker = join(shim.folder, 'started');
    await startWith('sh', '-c', `sleep 1000 & echo $! >${marker}; wait`);
    const ended = worker.run(Buffer.from('x'));
    await eventually(() => existsSync(marker) && readFileSync(marker, 'utf8').endsWith('\n'));
    worker.term();
    expect(await ended).toBe(143);
    const child = readFileSync(marker, 'utf8').trim();
    await eventually(() => !existsSync(`/proc/${child}`));
  });

  test('kills a program that ignores SIGTERM', async () => {
    const marker = join(shim.folder, 'started');
    await startWith('sh', '-c', `trap "" TERM; echo >${marker}; while :; do sleep 1; done`);
    const ended = worker.run(Buffer.from('x'));
    await eventually(() => existsSync(marker));
    worker.term();
    worker.kill();
    expect(await ended).toBe(137);
  });

  test('a SIGTERM is not lost, however early it comes', async () => {
    await startWith('sleep', '1000');
    for (let n = 0; n < 30; n++) {
      const ended = worker.run(Buffer.from('x'));
      const end = Date.now() + (n % 6);
      while (Date.now() < end);
      worker.term();
      expect(await ended).toBe(143);
    }
  });

  test('a signal that comes after the program has ended does not meet the next one', async () => {
    await startWith('sh', '-c', 'sleep 0.2');
    for (const late of [() => worker.term(), () => worker.kill(), () => worker.term()]) {
      expect(await worker.run(Buffer.from('x'))).toBe(0);
      late();
    }
    expect(await worker.run(Buffer.from('x'))).toBe(0);
  });

  test.each([
    ['TERM', 143],
    ['INT', 130],
    ['KILL', 137],
  ])('a program that sends its own group SIG%s ends by it, and the next one runs', async (name, status) => {
    await startWith('sh', '-c', 'read -r what; [ "$what" = go ] || kill -$what 0; exit 3');
    expect(await worker.run(Buffer.from(`${name}\n`))).toBe(status);
    expect(await worker.run(Buffer.from('go\n'))).toBe(3);
  });

  describe('whatever a program does to the other processes of its container, no later one is harmed:', () => {
    beforeEach(() => {
      shim.end();
      // Its own namespace of processes: otherwise it would end those of the whole machine.
      shim = new ShimProcess(shell, { ownProcesses: true });
    });

    test('SIGTERM to all that it may', async () => {
      await startWith('sh', '-c', 'read -r what; [ "$what" != all ] || kill -TERM -1; echo "$what" >&2; exit 0');
      await worker.run(Buffer.from('all\n'));
      for (const item of ['first', 'second']) {
        expect(await worker.run(Buffer.from(`${item}\n`))).toBe(0);
        await eventually(() => shim.stderr.endsWith(`${item}\n`));
      }
      worker.quit(0, 'done');
      expect(await shim.exit()).toBe(0);
    });

    test.each([
      ['SIGKILL to all that it may', 'kill -KILL -1', 137],
      ['SIGKILL to the copy of standard error', KILL_TEE, undefined],
      ['SIGKILL to one copy after the other', `${KILL_TEE}; sleep 1; ${KILL_TEE}`, undefined],
    ])('%s', async (_, kill, status) => {
      await startWith('sh', '-c', `read -r what; [ "$what" != all ] || { ${kill}; exit 0; }; echo "$what" >&2`);
      const end = await worker.run(Buffer.from('all\n'));
      if (status !== undefined) expect(end).toBe(status);
      for (const item of ['first', 'second']) {
        expect(await worker.run(Buffer.from(`${item}\n`))).toBe(0);
        // Some shells also say there what they found killed.
        await eventually(() => shim.stderr.split('\n').includes(item));
        expect(await worker.stderr.settled()).toBe(item);
      }
      worker.quit(0, 'done');
      expect(await shim.exit()).toBe(0);
    });

    test('SIGKILL to the watcher of the runner, and later to the runner', async () => {
      // The only child of process 1 that has none itself.
      const watcher = 'for child in $(pgrep -P 1); do pgrep -P $child >/dev/null || kill -KILL $child; done';
      await startWith(
        'sh',
        '-c',
        `read -r what; case $what in watcher) ${watcher} ;; runner) kill -KILL $PPID ;; esac`,
      );
      expect(await worker.run(Buffer.from('watcher\n'))).toBe(0);
      expect(await worker.run(Buffer.from('runner\n'))).toBe(137);
      expect(await worker.run(Buffer.from('first\n'))).toBe(0);
    });
  });

  test('what is forked for the next run hears no signal to the group before, and another takes its place if it is killed', async () => {
    const marker = join(shim.folder, 'parent');
    await startWith('sh', '-c', `echo $PPID >${marker}`);
    expect(await worker.run(Buffer.from('x'))).toBe(0);
    const runner = Number(readFileSync(marker, 'utf8'));
    const forked = () => readFileSync(`/proc/${runner}/task/${runner}/children`, 'utf8').trim();
    await eventually(() => forked() !== '');
    const first = forked();
    const group = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;
    await eventually(() => group.every((signal) => ignores(first, signal)));
    for (const signal of group) process.kill(-runner, signal);
    expect(forked()).toBe(first);
    expect(await worker.run(Buffer.from('x'))).toBe(0);
    await eventually(() => forked() !== '' && forked() !== first);
    const second = forked();
    process.kill(Number(second), 'SIGKILL');
    await eventually(() => forked() !== '' && forked() !== second);
    expect(await worker.run(Buffer.from('x'))).toBe(0);
    expect(Number(readFileSync(marker, 'utf8'))).toBe(runner);
  });

  test('what a program leaves behind does not hold up the next one, and is killed with it', async () => {
    const marker = join(shim.folder, 'left');
    await startWith('sh', '-c', `[ ! -e ${marker} ] || exec sleep 1000; sleep 1000 & echo $! >${marker}`);
    expect(await worker.run(Buffer.from('x'))).toBe(0);
    const left = readFileSync(marker, 'utf8').trim();
    const ended = worker.run(Buffer.from('x'));
    expect(existsSync(`/proc/${left}`)).toBe(true);
    worker.kill();
    expect(await ended).toBe(137);
    await eventually(() => !existsSync(`/proc/${left}`));
  });

  test('in an image without setsid, a program can be stopped too', async () => {
    shim.has('sleep', 'tee', 'cat', 'env');
    await startWith('sh', '-c', 'read -r what; exec $what');
    expect(await worker.run(Buffer.from('no-such-program\n'))).toBe(127);
    for (const [stop, status] of [
      [() => worker.term(), 143],
      [() => worker.kill(), 137],
    ] as const) {
      const ended = worker.run(Buffer.from('sleep 1000\n'));
      stop();
      expect(await ended).toBe(status);
    }
    expect(await worker.run(Buffer.from('cat\nx'))).toBe(0);
    worker.quit(0, 'done');
    expect(await shim.exit()).toBe(0);
  });

  test('a signal that comes before the program has its process is not lost', async () => {
    await startWith('sleep', '1000');
    const ended = worker.run(Buffer.from('x'));
    worker.kill();
    expect(await ended).toBe(137);
  });

  test('passes its own SIGTERM to the program, goes on listening, and the program may still end with 0', async () => {
    const marker = join(shim.folder, 'started');
    await startWith('sh', '-c', `trap "exit 0" TERM; echo >${marker}; while :; do sleep 0.1; done`);
    const ended = worker.run(Buffer.from('x'));
    await eventually(() => existsSync(marker));
    shim.signal('SIGTERM');
    expect(await ended).toBe(0);
    worker.quit(11, 'terminated');
    expect(await shim.exit()).toBe(11);
  });

  test('a SIGTERM while it is idle does not end it: the courier says when', async () => {
    await startWith('true');
    shim.signal('SIGTERM');
    await eventually(() => worker.shutdown.aborted);
    expect(await worker.run(Buffer.from('x'))).toBe(143);
    worker.quit(11, 'terminated');
    expect(await shim.exit()).toBe(11);
  });

  test('after a SIGTERM while it is idle nothing is started, however long the runner takes to start', async () => {
    writeFileSync(join(shim.folder, 'bin', 'sh'), `#!/bin/sh\nsleep 0.5\nexec ${shell.join(' ')} "$@"\n`, {
      mode: 0o755,
    });
    await startWith('echo', 'started');
    await new Promise((resolve) => setTimeout(resolve, 200)); // now the runner is being started
    shim.signal('SIGTERM');
    await eventually(() => worker.shutdown.aborted);
    expect(await worker.run(Buffer.from('x'))).toBe(143);
    worker.quit(11, 'terminated');
    expect(await shim.exit()).toBe(11);
    expect(shim.stdout.toString()).toBe('');
  });

  test('stops the program and ends with 75 when the courier dies', async () => {
    const marker = join(shim.folder, 'started');
    await startWith(
      'sh',
      '-c',
      `trap "echo >${marker}.term; exit 1" TERM; echo >${marker}; while :; do sleep 0.1; done`,
    );
    void worker.run(Buffer.from('x')); // how it ends is for the courier, which is gone by then
    await eventually(() => existsSync(marker));
    abandon(worker);
    expect(await shim.exit()).toBe(75);
    expect(existsSync(`${marker}.term`)).toBe(true);
    expect(shim.terminationMessage).toBe('the courier has died');
  });

  test('ends with 75 when the courier makes no FIFOs within 2 minutes after its container was created', async () => {
    shim.hurry();
    shim.courierCreated();
    shim.start('true');
    expect(await shim.exit()).toBe(75);
    expect(shim.secondsSlept).toBe(PEER_APPEARANCE_SECONDS);
    expect(shim.terminationMessage).toMatch(/^the courier's container was created but did not start within 2 min/);
  });

  test('waits for a courier that is not created, and says so, and then for one that is', async () => {
    shim.hurry();
    shim.start('true');
    await eventually(() => shim.secondsSlept > 700);
    expect(shim.stderr).toBe(
      "work-queue: waiting for the courier's container: is its image available? (kubectl describe pod)\n",
    );
    shim.courierCreated();
    expect(await shim.exit()).toBe(75);
  });

  test('ends with 75 when the courier makes its FIFOs and then says nothing for 60 s', async () => {
    shim.hurry();
    shim.courierMadeFifos();
    shim.start('true');
    expect(await shim.exit()).toBe(75);
    expect(shim.secondsSlept).toBe(HELLO_SECONDS);
    expect(shim.terminationMessage).toBe('the courier made its FIFOs and then said nothing for 60 s');
  });

  test('ends with 11 when it is terminated before a courier is there', async () => {
    shim.start('true');
    await new Promise((resolve) => setTimeout(resolve, 300));
    shim.signal('SIGTERM');
    expect(await shim.exit()).toBe(11);
  });

  test('ends with 11 when it is terminated and the courier says nothing', async () => {
    shim.start('true');
    shim.courierMadeFifos();
    await new Promise((resolve) => setTimeout(resolve, 500));
    shim.signal('SIGTERM');
    expect(await shim.exit()).toBe(11);
  });

  test('the program has no FIFO but its standard error, and gets SIGINT back where the system can', async () => {
    await startWith(
      'sh',
      '-c',
      'ls -l /proc/self/fd | sed -n "s|.*shim-test-[^/]*/||p"; grep SigIgn /proc/self/status',
    );
    await worker.run(Buffer.from('x'));
    await eventually(() => shim.stdout.toString().includes('SigIgn'));
    const [standardInput, standardError, ignored] = shim.stdout.toString().split('\n');
    expect([standardInput, standardError]).toEqual(['item', SharedVolume.STDERR]);
    expect(Number.parseInt(ignored.split(/\s+/)[1], 16) & 0b10).toBe(0);
  });

  test('tells the courier at once that the worker has died', async () => {
    await startWith('sleep', '1000');
    const ended = worker.run(Buffer.from('x'));
    writeFileSync(join(shim.folder, 'note'), '');
    shim.end();
    expect(await ended).toBe('worker-died');
  });
});

/** Whether a process ignores a signal. */
function ignores(process: string, signal: NodeJS.Signals): boolean {
  const [, ignored] = /^SigIgn:\s*(\w+)$/m.exec(readFileSync(`/proc/${process}/status`, 'utf8')) ?? [];
  return ((Number.parseInt(ignored, 16) >> (constants.signals[signal] - 1)) & 1) === 1;
}

/** What the kernel does with the courier's end of `down` when the courier is killed. */
function abandon(link: WorkerLink): void {
  const { down } = link as unknown as { down: number };
  require('node:fs').closeSync(down);
  (link as unknown as { down: undefined }).down = undefined;
}
