import { type RabbitMQProps, Tls } from '../../../lib/index';
import type { Json } from '../../../tools/synthesized-run';
import { brokerOf } from '../../support/broker-of';

const annotations = ({ statefulSet }: ReturnType<typeof brokerOf>) => statefulSet.spec.template.metadata.annotations;
const portNames = ({ server }: ReturnType<typeof brokerOf>) => server.ports.map(({ name }: Json) => name);

describe('metrics', () => {
  test.each<[string, RabbitMQProps, string]>([
    ['one node', {}, '[rabbitmq_prometheus].\n'],
    ['three nodes', { replicas: 3 }, '[rabbitmq_peer_discovery_k8s, rabbitmq_prometheus].\n'],
  ])('are served by a plugin, on a port of each node: %s', (_, props, plugins) => {
    const broker = brokerOf({ ...props, metrics: true });
    expect(broker.plugins).toBe(plugins);
    expect(broker.server.ports.at(-1)).toEqual({ containerPort: 15692, name: 'prometheus' });
  });

  test('are found by the annotations that Prometheus looks for', () => {
    expect(annotations(brokerOf({ metrics: true }))).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '15692',
      'prometheus.io/path': '/metrics',
    });
  });

  test('are not there unless asked for', () => {
    const broker = brokerOf();
    expect(broker.plugins).toBe('[].\n');
    expect(portNames(broker)).toEqual(['amqp']);
    expect(annotations(broker)).toBeUndefined();
    expect(broker.one('PodMonitor')).toEqual([]);
  });

  test('are of each node, and so on no Service', () => {
    for (const { spec } of brokerOf({ metrics: true }).one('Service')) {
      expect(spec.ports.map(({ port }: Json) => port)).toEqual([5672]);
    }
  });

  test.each<[string, RabbitMQProps]>([
    ['plain', {}],
    ['over TLS', { tls: Tls.certManager({ name: 'ca' }) }],
  ])('change nothing about when a node is ready: %s', (_, props) => {
    const probes = ({ server }: ReturnType<typeof brokerOf>) => [server.startupProbe, server.readinessProbe];
    expect(probes(brokerOf({ ...props, metrics: true }))).toEqual(probes(brokerOf(props)));
  });
});

describe('a PodMonitor', () => {
  test('selects the pods of the broker, by the port that they have', () => {
    const broker = brokerOf({ metrics: true, podMonitor: true });
    const [monitor, ...others] = broker.one('PodMonitor');
    expect(others).toEqual([]);
    expect(monitor.spec.selector).toEqual(broker.statefulSet.spec.selector);
    const [{ port }] = monitor.spec.podMetricsEndpoints;
    expect(portNames(broker)).toContain(port);
  });

  test('is not made unless asked for: the operator may not be there', () => {
    expect(brokerOf({ metrics: true }).one('PodMonitor')).toEqual([]);
  });

  test.each<RabbitMQProps>([{ podMonitor: true }, { podMonitor: true, metrics: false }])(
    'without metrics is an error: %j',
    (props) => {
      expect(() => brokerOf(props)).toThrow(
        "RabbitMQ 'test/rabbitmq': podMonitor is true; it needs metrics. Set metrics: true as well.",
      );
    },
  );
});
