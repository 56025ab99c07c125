import { type Chart, Duration } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import {
  CoarseWorkerJob,
  type ExistingRabbitMQProps,
  Network,
  QueueSeeder,
  RabbitMQ,
  Tls,
  Trust,
  WorkItems,
} from '../../lib';
import { Namespace, useNamespace } from '../../tools/cluster/namespace';
import { type Json, newChart } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import { Authority } from './support/authority';
import { BrokerNodes } from './support/broker-nodes';
import { Journal, witness } from './support/journal';

const ITEMS = ['apple', 'banana', 'cherry', 'date'];
const VIRTUAL_HOST = 'a/b c';

/** What the Secret of the clients has under that key. */
function trust(key: string): Trust {
  return Trust.fromSecret(Secret.fromSecretName(newChart(), 'Secret', 'mq'), key);
}

describe('a broker that runs already, in another namespace, over TLS with a private authority', () => {
  const { namespace, test } = useNamespace();
  const messaging = new Namespace();
  const journal = new Journal(namespace);
  const [authority, another] = [new Authority(), new Authority()];
  const shared = newChart();
  const broker = new RabbitMQ(shared, 'rabbitmq', {
    serviceName: 'rabbit',
    clientNamespaces: [namespace.name],
    tls: Tls.fromSecret(Secret.fromSecretName(shared, 'Certificate', 'rabbit-certificate')),
  });
  const nodes = new BrokerNodes(messaging, broker);

  beforeAll(async () => {
    await messaging.create();
    const stringData = authority.certify('rabbit', `rabbit.${messaging.name}.svc`);
    await messaging.apply([{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'rabbit-certificate' }, stringData }]);
    await messaging.apply(shared.toJson());
    await journal.start();
    await nodes.ready();
    await nodes.control('add_vhost', VIRTUAL_HOST);
    await nodes.control('set_permissions', '--vhost', VIRTUAL_HOST, 'work-queue', '.*', '.*', '.*');
    await copyCredentials();
  });
  afterAll(async () => {
    for (const each of [authority, another]) each.remove();
    await messaging.remove();
  });

  test('with a virtual host that needs escapes: the Job is complete, every item once', async () => {
    const { objects, job, queue } = runOver({});
    await namespace.apply(objects);
    const ended = await namespace.ended(job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 4, 0]);
    expect(await journal.items(queue.queueName, 'end')).toEqual(ITEMS);
  });

  const trouble: [string, Partial<ExistingRabbitMQProps>, RegExp][] = [
    ['a wrong password', { passwordKey: 'wrong' }, /connect: .*ACCESS.REFUSED.*; trying again in/],
    [
      'a wrong authority',
      { tls: trust('another') },
      /connect: the broker's certificate is not accepted: .* \([A-Z_]+\); trying again in/,
    ],
    [
      'a name that the certificate is not for',
      { serverName: 'somebody.else' },
      /connect: the broker's certificate is not accepted: .*somebody\.else.*; trying again in/,
    ],
    ['no TLS where the broker has nothing else', { tls: undefined }, /connect: .*; trying again in/],
    [
      'a host that does not exist',
      { host: 'nowhere.invalid' },
      /connect: getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid; trying again in/,
    ],
    [
      'a virtual host that does not exist',
      { virtualHost: 'gone' },
      /connect: the broker refuses the virtual host: .*; trying again in/,
    ],
  ];
  describe('with trouble', () => {
    const jobs = new Map<string, string>();
    // All at once: each of them takes its deadline.
    beforeAll(async () => {
      for (const [what, props] of trouble) {
        const { objects, job } = runOver(props, Duration.seconds(90));
        jobs.set(what, job.name);
        await namespace.apply(objects);
      }
    });

    for (const [what, , line] of trouble) {
      test(`${what}: the log says so in a line`, async () => {
        const job = jobs.get(what) ?? '';
        const log = await until('a line about the broker', async () => {
          const [pod] = await namespace.podsOf(job);
          const text = pod ? await namespace.log(pod.metadata.name, 'courier').catch(() => '') : '';
          return line.test(text) && text;
        });
        expect(log).not.toContain('not-the-password');
      });
    }

    test('of any kind: the Job ends at its deadline', async () => {
      for (const job of jobs.values()) expect((await namespace.ended(job)).outcome).toBe('Failed: DeadlineExceeded');
    });
  });

  /** A run over the broker, as the Secret of this namespace has it. */
  function runOver(props: Partial<ExistingRabbitMQProps>, activeDeadline?: Duration) {
    const chart: Chart = newChart();
    const secret = Secret.fromSecretName(chart, 'Secret', 'mq');
    const existing = RabbitMQ.fromExisting(chart, 'mq', {
      secret,
      virtualHost: VIRTUAL_HOST,
      tls: trust('authority'),
      clientLabels: broker.clientLabels,
      ...props,
    });
    const runId = Object.keys(props).join() || undefined;
    const queue = new QueueSeeder(chart, 'fruits', { broker: existing, runId, items: WorkItems.list(ITEMS) });
    const work = { image: 'python:3.13-slim', ...witness(), network: Network.OPEN };
    const job = new CoarseWorkerJob(chart, 'eat', { queue, activeDeadline, ...work });
    return { objects: chart.toJson() as Json[], job, queue };
  }

  /** As the Cluster Operator's Secret, with a password beside it that is wrong. */
  async function copyCredentials(): Promise<void> {
    const { data } = await messaging.get('secret', broker.connection.credentials.name);
    const place = { host: `rabbit.${messaging.name}.svc`, port: '5671' };
    const authorities = { authority: authority.certificate, another: another.certificate };
    const stringData = { ...place, ...authorities, wrong: 'not-the-password' };
    await namespace.apply([{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mq' }, data, stringData }]);
  }
});
