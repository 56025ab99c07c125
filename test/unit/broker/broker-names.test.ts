import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { RabbitMQ, type RabbitMQProps, Tls } from '../../../lib/index';
import type { Json } from '../../../tools/synthesized-run';

/** A broker with all optional objects, at this path. */
function brokerAt(chartId: string, id: string, props: RabbitMQProps = {}): Chart {
  const chart = new Chart(new App(), chartId);
  const all = { replicas: 3, tls: Tls.certManager({ name: 'ca' }), metrics: true, podMonitor: true };
  new RabbitMQ(chart, id, { ...all, ...props });
  return chart;
}

test.each([
  ['chart', 'rabbitmq'],
  ['chart-1', 'Rabbit MQ'],
  ['chart', '9'],
  ['chart', 'ünder'],
  ['x'.repeat(63), 'y'.repeat(63)],
])('the objects of a broker at %s/%s have names that Kubernetes accepts', (chartId, id) => {
  const objects: Json[] = brokerAt(chartId, id).toJson();
  expect(objects.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['Certificate', 'NetworkPolicy', 'PodDisruptionBudget', 'PodMonitor', 'Role', 'Service']),
  );
  for (const { metadata } of objects) expect(metadata.name).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);
});

test.each([
  ['My.Chart', 'rabbitmq', /RabbitMQ 'My\.Chart\/rabbitmq': the name of its Service is "my\.chart-rabbitmq-service-/],
  [
    '9lives',
    'rabbitmq',
    /the name of its Service is "9lives-.*"; it cannot be the name of a Kubernetes Service\. It is generated from/,
  ],
  [
    'a_b',
    'rabbitmq',
    /the name of its Service is "a_b-.*let them contain only a-z, 0-9 and "-", and begin with a letter/,
  ],
  ['chart', '9'.repeat(60), /is "9+-service-.*let them contain .* begin with a letter/],
  ['chart', 'my.mq', /is "chart-my\.mq-/],
  ['chart', 'my_mq', /is "chart-my_mq-/],
])('a broker at %s/%s is an error, even if its Service gets a name', (chartId, id, message) => {
  expect(() => brokerAt(chartId, id)).toThrow(message);
  expect(() => brokerAt(chartId, id, { serviceName: 'rabbitmq' })).toThrow(/: the name of its Service is/);
});

test('a chart with `disableResourceNameHashes` has no hash in the names of the broker and its Secrets', () => {
  const chart = new Chart(new App(), 'chart', { disableResourceNameHashes: true });
  const broker = new RabbitMQ(chart, 'rabbitmq');
  const [statefulSet] = (chart.toJson() as Json[]).filter(({ kind }) => kind === 'StatefulSet');
  expect(statefulSet.metadata.name).toBe('chart-rabbitmq');
  expect(broker.adminCredentials.name).toBe('chart-rabbitmq-admin');
  expect(broker.connection.credentials.name).toBe('chart-rabbitmq-credentials');
});

test('with `disableResourceNameHashes`, the name of a broker is at most 52 characters long too', () => {
  const chart = new Chart(new App(), 'chart', { disableResourceNameHashes: true });
  new RabbitMQ(chart, 'y'.repeat(63));
  const [statefulSet] = (chart.toJson() as Json[]).filter(({ kind }) => kind === 'StatefulSet');
  expect(statefulSet.metadata.name).toMatch(/^[a-z-]{1,52}$/);
});

describe('serviceName', () => {
  test('the same `serviceName` for two brokers of a chart is an error', () => {
    const chart = brokerAt('chart', 'one', { serviceName: 'rabbitmq' });
    expect(() => new RabbitMQ(chart, 'two', { serviceName: 'rabbitmq' })).toThrow(
      /RabbitMQ 'chart\/two': serviceName is "rabbitmq"; it is the name of another Service in the chart\. Give each Service a different name, or omit this one/,
    );
  });

  test('the name of another Service of the chart as `serviceName` is an error', () => {
    const chart = new Chart(new App(), 'chart');
    new k8s.KubeService(chart, 'web', { metadata: { name: 'rabbitmq' } });
    expect(() => new RabbitMQ(chart, 'broker', { serviceName: 'rabbitmq' })).toThrow(/is the name of another Service/);
  });

  test('the same `serviceName` in two charts is accepted, because they may go to different clusters', () => {
    const app = new App();
    for (const id of ['one', 'two']) new RabbitMQ(new Chart(app, id), 'broker', { serviceName: 'rabbitmq' });
  });
});
