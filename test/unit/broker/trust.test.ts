import { ConfigMap, Secret } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, Trust, WorkItems } from '../../../lib/index';
import { type Json, newChart } from '../../../tools/synthesized-run';

/** The volume of the authorities, and the container that uses it, of the seeder and of the worker's pod. */
function clientsOver(trustOf: (scope: Construct) => Trust) {
  const chart = newChart();
  const secret = Secret.fromSecretName(chart, 'Secret', 'mq');
  const broker = RabbitMQ.fromExisting(chart, 'mq', { secret, host: 'mq', tls: trustOf(chart) });
  const queue = new QueueSeeder(chart, 'fruits', { broker, items: WorkItems.list(['apple']) });
  new CoarseWorkerJob(chart, 'eat', { queue, image: 'busybox:1.37', program: Program.command('cat') });
  const jobs = (chart.toJson() as Json[]).filter(({ kind }) => kind === 'Job');
  return jobs.map(({ spec }) => {
    const { volumes, containers } = spec.template.spec;
    const client = containers.at(-1);
    return {
      volume: volumes.find(({ name }: Json) => name === 'work-queue-authorities'),
      mount: client.volumeMounts.find(({ name }: Json) => name === 'work-queue-authorities'),
      file: client.env.find(({ name }: Json) => name === 'BROKER_CA_FILE')?.value,
    };
  });
}

const secret = (key?: string) => (scope: Construct) =>
  Trust.fromSecret(Secret.fromSecretName(scope, 'Ca', 'research-ca'), key);
const configMap = (key?: string) => (scope: Construct) =>
  Trust.fromConfigMap(ConfigMap.fromConfigMapName(scope, 'Ca', 'research-ca'), key);

describe.each<[string, (scope: Construct) => Trust, object]>([
  ['a Secret', secret(), { secret: { secretName: 'research-ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] } }],
  [
    'a Secret under another key',
    secret('tls.crt'),
    { secret: { secretName: 'research-ca', items: [{ key: 'tls.crt', path: 'ca.crt' }] } },
  ],
  ['a ConfigMap', configMap(), { configMap: { name: 'research-ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] } }],
  [
    'a ConfigMap under another key',
    configMap('bundle.pem'),
    { configMap: { name: 'research-ca', items: [{ key: 'bundle.pem', path: 'ca.crt' }] } },
  ],
])('authorities in %s', (_, trustOf, source) => {
  test('are a file of seeder and courier, and no other key is', () => {
    const clients = clientsOver(trustOf);
    expect(clients.length).toBe(2);
    for (const { volume, mount, file } of clients) {
      expect(volume).toEqual({ name: 'work-queue-authorities', ...source });
      expect(mount).toEqual({
        name: 'work-queue-authorities',
        mountPath: '/opt/work-queue/authorities',
        readOnly: true,
      });
      expect(file).toBe('/opt/work-queue/authorities/ca.crt');
    }
  });
});

test('public authorities are those of Node.js: no file, and no volume', () => {
  const none = { volume: undefined, mount: undefined, file: undefined };
  expect(clientsOver(() => Trust.publicAuthorities())).toEqual([none, none]);
});
