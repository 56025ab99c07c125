import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkerLink } from '../../lib/programs/worker-link';
import { ShimProcess, until } from '../support/shim-process';

const never = new AbortController().signal;

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
    await until(() => shim.stdout.length >= item.length);
    expect(shim.stdout.equals(item)).toBe(true);
  });

  test('gives the program its arguments as they are', async () => {
    await startWith('printf', '[%s]', '$(x)', 'a b', '-n', '', "it's", '*');
    expect(await worker.run(Buffer.from('x'))).toBe(0);
    await until(() => shim.stdout.toString().endsWith('[*]'));
    expect(shim.stdout.toString()).toBe("[$(x)][a b][-n][][it's][*]");
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

  test('puts standard error into the log, all of it, and its end at the hand of the courier', async () => {
    await startWith('sh', '-c', 'seq 100000 >&2; echo "no such frame" >&2; exit 4');
    expect(await worker.run(Buffer.from('x'))).toBe(4);
    expect(await worker.stderr.settled()).toMatch(/\n100000\nno such frame$/);
    worker.quit(0, 'done');
    expect(await shim.exit()).toBe(0);
    await until(() => shim.stderr.length >= 588_895 + 14);
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
    await until(() => existsSync(marker) && readFileSync(marker, 'utf8').endsWith('\n'));
    worker.term();
    expect(await ended).toBe(143);
    const child = readFileSync(marker, 'utf8').trim();
    await until(() => !existsSync(`/proc/${child}`));
  });

  test('kills a program that ignores SIGTERM', async () => {
    const marker = join(shim.folder, 'started');
    await startWith('sh', '-c', `trap "" TERM; echo >${marker}; while :; do sleep 1; done`);
    const ended = worker.run(Buffer.from('x'));
    await until(() => existsSync(marker));
    worker.term();
    worker.kill();
    expect(await ended).toBe(137);
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
    await until(() => existsSync(marker));
    shim.signal('SIGTERM');
    expect(await ended).toBe(0);
    worker.quit(11, 'asked to leave');
    expect(await shim.exit()).toBe(11);
  });

  test('a SIGTERM while it is idle does not end it: the courier says when', async () => {
    await startWith('true');
    shim.signal('SIGTERM');
    expect(await worker.run(Buffer.from('x'))).toBe(0);
    worker.quit(11, 'asked to leave');
    expect(await shim.exit()).toBe(11);
  });

  test('stops the program and ends with 75 when the courier dies', async () => {
    const marker = join(shim.folder, 'started');
    await startWith(
      'sh',
      '-c',
      `trap "echo >${marker}.term; exit 1" TERM; echo >${marker}; while :; do sleep 0.1; done`,
    );
    worker.run(Buffer.from('x'));
    await until(() => existsSync(marker));
    abandon(worker);
    expect(await shim.exit()).toBe(75);
    expect(existsSync(`${marker}.term`)).toBe(true);
    expect(shim.terminationMessage).toBe('the courier is gone');
  });

  test('ends with 11 when it is asked to leave before a courier came', async () => {
    shim.start('true');
    await new Promise((resolve) => setTimeout(resolve, 300));
    shim.signal('SIGTERM');
    expect(await shim.exit()).toBe(11);
  });

  test('ends with 11 when it is asked to leave and the courier says nothing', async () => {
    shim.start('true');
    for (const name of ['up', 'down']) execFileSync('mkfifo', [join(shim.folder, name)]);
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
    await until(() => shim.stdout.toString().includes('SigIgn'));
    const [standardInput, standardError, ignored] = shim.stdout.toString().split('\n');
    expect([standardInput, standardError]).toEqual(['item', 'stderr']);
    expect(Number.parseInt(ignored.split(/\s+/)[1], 16) & 0b10).toBe(0);
  });

  test('the courier learns at once that the worker is gone', async () => {
    await startWith('sleep', '1000');
    const ended = worker.run(Buffer.from('x'));
    writeFileSync(join(shim.folder, 'note'), '');
    shim.end();
    expect(await ended).toBe('worker gone');
  });
});

/** What the kernel does with the courier's end of `down` when the courier is killed. */
function abandon(link: WorkerLink): void {
  const { down } = link as unknown as { down: number };
  require('node:fs').closeSync(down);
  (link as unknown as { down: undefined }).down = undefined;
}
