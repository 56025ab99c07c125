import { type Chart, Duration } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { CoarseWorkerJob, type ExistingRabbitMQProps, QueueSeeder, RabbitMQ, WorkItems } from '../../lib';
import { type Json, newChart } from '../support/synth';
import { Ledger, witness } from './support/ledger';
import { Namespace, useNamespace } from './support/namespace';
import { until } from './support/until';

const ITEMS = ['apple', 'banana', 'cherry', 'date'];
const VIRTUAL_HOST = 'a/b c';

describe('a broker that runs already, in another namespace', () => {
  const { namespace, test } = useNamespace();
  const messaging = new Namespace();
  const ledger = new Ledger(namespace);

  beforeAll(async () => {
    await messaging.create();
    const chart = newChart();
    new RabbitMQ(chart, 'rabbitmq', { serviceName: 'rabbit' });
    await messaging.apply(chart.toJson());
    await ledger.start();
    const [{ metadata }] = await until('the broker', async () => {
      const pods = await messaging.list('pods', '!batch.kubernetes.io/job-name');
      return pods[0]?.status.containerStatuses?.[0].ready === true && pods;
    });
    const control = (...args: string[]) => messaging.run('exec', metadata.name, '--', 'rabbitmqctl', ...args);
    await control('add_vhost', VIRTUAL_HOST);
    await control('set_permissions', '--vhost', VIRTUAL_HOST, 'work-queue', '.*', '.*', '.*');
    await copyCredentials();
  });
  afterAll(() => messaging.remove());

  test('with a virtual host that needs escapes: the Job is complete, every item once', async () => {
    const { objects, job, queue } = runOver({});
    await namespace.apply(objects);
    const ended = await namespace.ended(job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 4, 0]);
    expect(await ledger.items(queue.queueName, 'end')).toEqual(ITEMS);
  });

  const trouble: [string, Partial<ExistingRabbitMQProps>, RegExp][] = [
    ['a wrong password', { passwordKey: 'wrong' }, /connect: .*ACCESS.REFUSED.*; again in/],
    [
      'a host that is not there',
      { host: 'nowhere.invalid' },
      /connect: getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid; again in/,
    ],
    [
      'a virtual host that is not there',
      { virtualHost: 'gone' },
      /connect: the broker refuses the virtual host: .*; again in/,
    ],
  ];
  for (const [what, props, line] of trouble) {
    test(`with ${what}: the log says so in a line, and the Job ends at its deadline`, async () => {
      const { objects, job } = runOver(props, Duration.seconds(40));
      await namespace.apply(objects);
      const log = await until('a line about the broker', async () => {
        const [pod] = await namespace.podsOf(job.name);
        const text = pod ? await namespace.log(pod.metadata.name, 'courier').catch(() => '') : '';
        return line.test(text) && text;
      });
      expect(log).not.toContain('not-the-password');
      expect((await namespace.ended(job.name)).outcome).toBe('Failed: DeadlineExceeded');
    });
  }

  /** A run over the broker, as the Secret of this namespace has it. */
  function runOver(props: Partial<ExistingRabbitMQProps>, activeDeadline?: Duration) {
    const chart: Chart = newChart();
    const secret = Secret.fromSecretName(chart, 'Secret', 'mq');
    const broker = RabbitMQ.fromExisting(chart, 'mq', { secret, virtualHost: VIRTUAL_HOST, ...props });
    const runId = Object.keys(props).join() || undefined;
    const queue = new QueueSeeder(chart, 'fruits', { broker, runId, items: WorkItems.list(ITEMS) });
    const program = witness();
    const job = new CoarseWorkerJob(chart, 'eat', { queue, image: 'python:3.13-slim', program, activeDeadline });
    return { objects: chart.toJson() as Json[], job, queue };
  }

  /** As the Cluster Operator's Secret, with a password beside it that is wrong. */
  async function copyCredentials(): Promise<void> {
    const [{ data }] = (await messaging.list('secrets')).filter(({ type }) => type === 'kubernetes.io/basic-auth');
    const stringData = { host: `rabbit.${messaging.name}.svc`, port: '5672', wrong: 'not-the-password' };
    await namespace.apply([{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mq' }, data, stringData }]);
  }
});
