import { join } from 'node:path';
import amqp from 'amqplib';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { SharedVolume } from '../../../lib/contract/shared-volume';
import { freshQueue, useBroker } from '../../../tools/programs/broker';
import { type ConsumeOptions, ConsumeProcess } from '../../../tools/programs/consume-process';
import type { LocalRun } from '../../../tools/programs/local-run';
import { rabbitmqctl } from '../../../tools/programs/rabbitmqctl';
import type { ShimProcess } from '../../../tools/programs/shim-process';
import { eventually } from '../../../tools/until';
import { useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded, runOf } = useRuns(broker);

/** What a process has written may arrive after its end. */
function wrote(pod: ShimProcess, text: string): Promise<void> {
  return eventually(() => pod.stdout.toString() === text);
}

type PodOptions = Pick<ConsumeOptions, 'queue'> & Partial<ConsumeOptions>;

describe.each([
  ['dash', ['dash']],
  ['busybox ash', ['busybox', 'ash']],
  ['bash', ['bash', '--posix']],
  ['bash, not in POSIX mode', ['bash']],
])('consume.sh under %s', (_, shell) => {
  const pods: ConsumeProcess[] = [];
  afterEach(() => {
    for (const pod of pods.splice(0)) pod.end();
  });

  function podOf(options: PodOptions): ConsumeProcess {
    const { username, password, host } = new URL(broker().url);
    const pod = new ConsumeProcess(shell, { url: `amqp://${host}/`, credentials: { username, password }, ...options });
    pods.push(pod);
    return pod;
  }

  const podIn = ({ queue }: LocalRun, env: Record<string, string> = {}) => podOf({ queue, env });

  test('gives the program the item on standard input, byte for byte, and acknowledges it', async () => {
    const item = Buffer.from([0, 1, 2, 10, 13, 255, 0, ...Buffer.from('$(x) `y` "z" \'q\' -n é\n\n')]);
    const run = await seeded([item]);
    const pod = podIn(run);
    pod.start('cat');
    expect(await pod.exit()).toBe(0);
    await eventually(() => pod.stdout.equals(item));
    expect(await run.depth()).toBe(0);
    expect(pod.terminationMessage).toBe('the program has ended with 0, and the item is acknowledged');
  });

  test('gives the program its arguments as they are, also those that look like options of amqp-consume', async () => {
    const run = await seeded(['x']);
    const pod = podIn(run);
    pod.start('printf', '[%s]', '--', '-c', '5', '$(x)', 'a b', '', "it's", '*');
    expect(await pod.exit()).toBe(0);
    await wrote(pod, "[--][-c][5][$(x)][a b][][it's][*]");
  });

  test('gives the program the environment of the container, without the password, and no connection to the broker', async () => {
    const run = await seeded(['x']);
    const { password } = new URL(broker().url);
    const pod = podIn(run, { MINE: 'a b' });
    pod.start('sh', '-c', 'env; for n in 3 4 5 6 7 8 9; do [ ! -e "/proc/$$/fd/$n" ] || echo open; done; echo end');
    expect(await pod.exit()).toBe(0);
    await eventually(() => pod.stdout.includes('\nend\n'));
    const text = pod.stdout.toString();
    expect(text).toContain('\nMINE=a b\n');
    expect(text).not.toMatch(/^wq_/m);
    expect(text).not.toContain(password);
    expect(text).not.toMatch(/^open$/m);
  });

  test('leaves the item that a program does not read unread, however long it is', async () => {
    const run = await seeded([Buffer.alloc(300_000, 'x')]);
    const pod = podIn(run);
    pod.start('true');
    expect(await pod.exit()).toBe(0);
    expect(await run.depth()).toBe(0);
  });

  test('has the item as a file too', async () => {
    const run = await seeded(['apple']);
    const pod = podIn(run);
    pod.start('cat', join(pod.folder, SharedVolume.ITEM));
    expect(await pod.exit()).toBe(0);
    await wrote(pod, 'apple');
  });

  test('takes one item, although there are more', async () => {
    const run = await seeded(['a', 'b', 'c']);
    const pod = podIn(run);
    pod.start('sh', '-c', 'cat; sleep 1');
    await eventually(async () => pod.stdout.length > 0 && (await run.depth()) === 2);
    expect(await pod.exit()).toBe(0);
    expect(await run.depth()).toBe(2);
  });

  test.each([
    ['exits with 3', 'exit 3', 3, 'exit 3'],
    ['is killed', 'kill -KILL $$', 137, 'exit 137'],
    ['terminates itself', 'kill -TERM $$', 143, 'exit 143'],
  ])('ends with the status of a program that %s, and the item returns to the queue', async (__, program, code, why) => {
    const run = await seeded(['apple']);
    const pod = podIn(run);
    pod.start('sh', '-c', program);
    expect(await pod.exit()).toBe(code);
    expect(await run.depth()).toBe(1);
    expect(pod.terminationMessage).toBe(`the program has failed (${why}); the item returns to the queue`);
  });

  test('ends with 127 if the program does not exist, and the item returns to the queue', async () => {
    const run = await seeded(['apple']);
    const pod = podIn(run);
    pod.start('/no/such/program');
    expect(await pod.exit()).toBe(127);
    expect(await run.depth()).toBe(1);
  });

  test('stops a program that takes longer than ITEM_TIMEOUT_SECONDS, also one that ignores SIGTERM', async () => {
    const run = await seeded(['apple']);
    const limits = { [EnvName.ITEM_TIMEOUT_SECONDS]: '1', [EnvName.TERMINATION_GRACE_SECONDS]: '1' };
    const pod = podIn(run, limits);
    pod.start('sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done');
    expect(await pod.exit()).toBe(137);
    expect(pod.terminationMessage).toContain('it took longer than 1 s (itemTimeout)');
    expect(await run.depth()).toBe(1);
  });

  test('passes SIGTERM to the program; if that ends with 0, the item is done', async () => {
    const run = await seeded(['apple']);
    const pod = podIn(run);
    pod.start('sh', '-c', 'trap "echo bye; exit 0" TERM; echo at work; while :; do sleep 0.1; done');
    await eventually(() => pod.stdout.includes('at work'));
    pod.signal('SIGTERM');
    expect(await pod.exit()).toBe(0);
    await wrote(pod, 'at work\nbye\n');
    expect(await run.depth()).toBe(0);
  });

  test('passes SIGTERM to the program; if that ends by it, the item returns to the queue', async () => {
    const run = await seeded(['apple']);
    const pod = podIn(run);
    pod.start('sh', '-c', 'echo at work; exec sleep 1000');
    await eventually(() => pod.stdout.includes('at work'));
    pod.signal('SIGTERM');
    expect(await pod.exit()).toBe(143);
    expect(pod.terminationMessage).toBe('terminated; the item returns to the queue');
    expect(await run.depth()).toBe(1);
  });

  test('ends by SIGTERM while it waits for an item', async () => {
    const run = await seeded([]);
    const pod = podIn(run);
    pod.start('cat');
    await eventually(() =>
      run.withBroker(async (model) => {
        const channel = await model.createChannel();
        return (await channel.checkQueue(run.queue)).consumerCount === 1;
      }),
    );
    pod.signal('SIGTERM');
    expect(await pod.exit()).toBe(143);
    expect(pod.terminationMessage).toBe('terminated before there was an item');
  });

  test('does not take the start of an item for an item if amqp-consume dies while it writes it', async () => {
    const run = await seeded([Buffer.alloc(8_000_000, 'x')]);
    const pod = podIn(run);
    const killsAmqpConsume =
      '#!/bin/sh\n' +
      'case $#$(readlink /proc/$$/fd/1) in 0*/item) kill -KILL "$(sed -n "s/^PPid:\\t//p" "/proc/$PPID/status")" ;; esac\n' +
      'exec /bin/cat "$@"\n';
    pod.replace('cat', killsAmqpConsume);
    pod.start('sh', '-c', 'echo ran');
    await eventually(() => pod.stderr.includes('trying again'));
    expect(pod.stdout.toString()).toBe('');
    expect(await run.depth()).toBe(1);
  });

  test('waits until the seeder has left its mark, without a consumer of the work queue', async () => {
    const run = runOf({ items: ['apple'] });
    const pod = podIn(run);
    pod.start('cat');
    await eventually(() => pod.stderr.includes('trying again'));
    expect(pod.stderr).toContain(`without a message from queue ${relatedQueues(run.queue).seeded}`);
    await run.seed();
    expect(await pod.exit()).toBe(0);
    await wrote(pod, 'apple');
    expect(await run.depth('seeded')).toBe(1);
  });

  test('ends with TRY_AGAIN if no item comes', async () => {
    const run = await seeded([]);
    const pod = podIn(run);
    pod.hurry();
    pod.start('cat');
    expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(pod.terminationMessage).toMatch(/^no item came within 30 min: /);
  });

  test('decodes the name of the virtual host, and accepts a password with any characters', async () => {
    const name = 'team a/b%41';
    const password = `p:@/%41 "'$(x)\\n*`;
    rabbitmqctl(broker(), 'add_vhost', name);
    rabbitmqctl(broker(), 'add_user', 'special', password);
    rabbitmqctl(broker(), 'set_permissions', '--vhost', name, 'special', '.*', '.*', '.*');
    const { host } = new URL(broker().url);
    const queue = freshQueue();
    const model = await amqp.connect(
      `amqp://special:${encodeURIComponent(password)}@${host}/${encodeURIComponent(name)}`,
    );
    const channel = await model.createConfirmChannel();
    for (const each of [queue, relatedQueues(queue).seeded]) {
      await channel.assertQueue(each);
      channel.sendToQueue(each, Buffer.from('apple'));
    }
    await channel.waitForConfirms();
    await model.close();
    const credentials = { username: 'special', password };
    const pod = podOf({ queue, url: `amqp://${host}/${encodeURIComponent(name)}`, credentials });
    pod.start('cat');
    expect(await pod.exit()).toBe(0);
    await wrote(pod, 'apple');
    rabbitmqctl(broker(), 'delete_user', 'special');
    rabbitmqctl(broker(), 'delete_vhost', name);
  });

  test('a wrong password, and one that is too long, are not in the log', async () => {
    const credentials = { username: 'nobody', password: 'the-wrong-one' };
    const pod = podOf({ queue: 'q', credentials });
    pod.start('cat');
    await eventually(() => pod.stderr.includes('trying again'));
    expect(pod.stderr).toContain('ACCESS_REFUSED');
    expect(pod.stderr).not.toContain('the-wrong-one');
    const long = podOf({ queue: 'q', credentials: { username: 'nobody', password: 'p'.repeat(118) } });
    long.start('cat');
    expect(await long.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(long.terminationMessage).toBe(
      'the password of the broker has more than 117 bytes, the maximum of amqp-consume',
    );
  });

  test.each(['amqp://a b/', 'amqp:///x', 'amqps://mq:x/', 'amqp://mq:999999/'])(
    'ends with TRY_AGAIN and a reason for %s, which amqp-consume would print with a password',
    async (url) => {
      const pod = podOf({ queue: 'q', url });
      pod.start('cat');
      expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
      expect(pod.terminationMessage).toMatch(/^BROKER_URL has no (host|port) that amqp-consume accepts$/);
    },
  );

  test.each(['amqp://[::1]:5672/', 'amqp://::1/'])('says that amqp-consume cannot reach %s', async (url) => {
    const pod = podOf({ queue: 'q', url });
    pod.start('cat');
    expect(await pod.exit()).toBe(ExitCode.TRY_AGAIN);
    expect(pod.terminationMessage).toMatch(/^amqp-consume needs the name or the IPv4 address of the broker/);
  });
});
