import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import amqp from 'amqplib';
import { findServer, serverBroker } from '../../../cli/local-broker/broker-server';
import { freePorts } from '../../../cli/system/ports';
import { EnvName } from '../../../lib/contract/environment';
import { relatedQueues } from '../../../lib/contract/queues';
import { freshQueue, useBroker } from '../../../tools/programs/broker';
import { ConsumeProcess } from '../../../tools/programs/consume-process';
import { eventually } from '../../../tools/until';
import { Authority } from '../../e2e/support/authority';

const folder = mkdtempSync(join(tmpdir(), 'tls-test-'));
const authority = new Authority();
const other = new Authority();
let port = 0;

const broker = useBroker(async () => {
  const server = findServer();
  if (!server) throw new Error('this test needs a RabbitMQ that is installed on this machine');
  [port] = await freePorts(1);
  const files = authority.certify('localhost');
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, 'other.crt'), other.certificate);
  return serverBroker(server, {
    'listeners.ssl.1': `127.0.0.1:${port}`,
    'ssl_options.cacertfile': join(folder, 'ca.crt'),
    'ssl_options.certfile': join(folder, 'tls.crt'),
    'ssl_options.keyfile': join(folder, 'tls.key'),
  });
});
const pods: ConsumeProcess[] = [];
afterEach(() => {
  for (const pod of pods.splice(0)) pod.end();
});
afterAll(() => {
  for (const each of [authority, other]) each.remove();
  rmSync(folder, { recursive: true });
});

/** A queue with an item and the mark of the seeder. */
async function filledQueue(): Promise<string> {
  const queue = freshQueue();
  const model = await amqp.connect(broker().url);
  const channel = await model.createConfirmChannel();
  for (const name of [queue, relatedQueues(queue).seeded]) {
    await channel.assertQueue(name);
    channel.sendToQueue(name, Buffer.from('apple'));
  }
  await channel.waitForConfirms();
  await model.close();
  return queue;
}

async function podOver(host: string, authorities: string): Promise<ConsumeProcess> {
  const { username, password } = new URL(broker().url);
  const pod = new ConsumeProcess(['sh'], {
    queue: await filledQueue(),
    url: `amqps://${host}:${port}/`,
    credentials: { username, password },
    env: { [EnvName.BROKER_CA_FILE]: join(folder, authorities) },
  });
  pods.push(pod);
  pod.start('cat');
  return pod;
}

test('amqp-consume reaches a broker over TLS, and accepts a certificate of the given authority', async () => {
  const pod = await podOver('localhost', 'ca.crt');
  expect([await pod.exit(), pod.stderr]).toEqual([0, expect.not.stringContaining('trying again')]);
  await eventually(() => pod.stdout.toString() === 'apple');
});

test.each([
  ['of another authority', 'localhost', 'other.crt'],
  ['for another host', '127.0.0.1', 'ca.crt'],
])(
  'amqp-consume does not accept a certificate %s, and says only that it cannot connect',
  async (_, host, authorities) => {
    const pod = await podOver(host, authorities);
    await eventually(() => pod.stderr.includes('trying again'));
    expect(pod.stderr).toContain(`opening socket to ${host}:${port}`);
    expect(pod.stderr).not.toContain(new URL(broker().url).password);
    expect(pod.stdout.toString()).toBe('');
  },
);
