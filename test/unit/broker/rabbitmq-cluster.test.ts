import { Images, RabbitMQ, type RabbitMQProps } from '../../../lib/index';
import { newChart } from '../../../tools/synthesized-run';
import { brokerOf } from '../../support/broker-of';

describe.each([
  [3, 2],
  [5, 3],
])('a broker of %d nodes', (replicas, majority) => {
  const { one, statefulSet, pod, server, settings, plugins } = brokerOf({ replicas });

  test('starts them all at once: after a loss of all, one may need another to start', () => {
    expect(statefulSet.spec).toMatchObject({ replicas, podManagementPolicy: 'Parallel' });
  });

  test('has nodes that join the first one, and never go on alone', () => {
    expect(plugins).toBe('[rabbitmq_peer_discovery_k8s].\n');
    expect(settings).toMatchObject({
      'cluster_formation.peer_discovery_backend': 'kubernetes',
      'cluster_formation.discovery_retry_limit': '3600',
      'cluster_formation.discovery_retry_interval': '1000',
      cluster_partition_handling: 'pause_minority',
    });
    const { failureThreshold, periodSeconds } = server.startupProbe;
    const triesMs = 3600 * Number(settings['cluster_formation.discovery_retry_interval']);
    expect(triesMs).toBeGreaterThan(failureThreshold * periodSeconds * 1000);
  });

  test('gives every queue a member on each node', () => {
    const reconciliation = 'quorum_queue.continuous_membership_reconciliation';
    expect(settings).toMatchObject({
      [`${reconciliation}.enabled`]: 'true',
      [`${reconciliation}.target_group_size`]: String(replicas),
      [`${reconciliation}.auto_remove`]: 'false',
    });
  });

  test('has a long name for each node, by the headless Service, which knows those that are not ready', () => {
    const nodes = one('Service').find(({ metadata }) => metadata.name === statefulSet.spec.serviceName);
    expect(nodes.spec.publishNotReadyAddresses).toBe(true);
    expect(server.env.slice(0, 3)).toEqual([
      // Before the name that has it in it, or Kubernetes would not expand it.
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'RABBITMQ_NODENAME', value: `rabbit@$(POD_NAME).${nodes.metadata.name}` },
      { name: 'RABBITMQ_USE_LONGNAME', value: 'true' },
    ]);
  });

  test(`keeps ${majority} nodes where the cluster moves pods on purpose`, () => {
    const [budget, ...others] = one('PodDisruptionBudget');
    expect(others).toEqual([]);
    expect(budget.spec).toEqual({ minAvailable: majority, selector: statefulSet.spec.selector });
  });

  test('prefers a machine for each node, and does without', () => {
    expect(pod.affinity).toEqual({
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: { labelSelector: statefulSet.spec.selector, topologyKey: 'kubernetes.io/hostname' },
          },
        ],
      },
    });
  });

  test('stops a node only when no queue loses its majority, and has the time for that', () => {
    const [, , script] = server.lifecycle.preStop.exec.command;
    const [, wait] = /; rabbitmq-upgrade -q -t (\d+) await_online_quorum_plus_one; /.exec(script) ?? [];
    expect(script.indexOf('rabbitmq-upgrade -q drain')).toBeGreaterThan(script.indexOf('await_online_quorum_plus_one'));
    expect(script).toMatch(/; true$/);
    expect(pod.terminationGracePeriodSeconds).toBe(Number(wait) + 120);
  });
});

describe('a broker of one node', () => {
  const { one, statefulSet, pod, server, settings, plugins } = brokerOf({ replicas: 1 });

  test('is what there is unless told', () => {
    expect(brokerOf().objects).toEqual(brokerOf({ replicas: 1 }).objects);
    expect(statefulSet.spec.replicas).toBe(1);
  });

  test('has no PodDisruptionBudget: it would keep a machine from being drained', () => {
    expect(one('PodDisruptionBudget')).toEqual([]);
  });

  test('looks for no others, and waits for none', () => {
    expect(plugins).toBe('[].\n');
    expect(Object.keys(settings).filter((key) => /cluster|quorum/.test(key))).toEqual([]);
    expect(pod).not.toHaveProperty('affinity');
    expect(server.lifecycle.preStop.exec.command[2]).not.toContain('rabbitmq-upgrade');
  });
});

test('the name of the StatefulSet, and so the volumes, stay when the number of nodes grows', () => {
  const names = [1, 3, 5].map((replicas) => {
    const { metadata, spec } = brokerOf({ replicas }).statefulSet;
    return [metadata.name, spec.serviceName, spec.selector, spec.volumeClaimTemplates];
  });
  expect(names[1]).toEqual(names[0]);
  expect(names[2]).toEqual(names[0]);
});

describe('the number of nodes', () => {
  test.each([0, 2, 4, 6, 7, -1, 1.5, Number.NaN])('cannot be %d', (replicas) => {
    expect(() => brokerOf({ replicas })).toThrow(
      /^RabbitMQ 'test\/rabbitmq': replicas is .*; it must be one of 1, 3, 5\. Take 1, or 3 to go on without/,
    );
  });

  test.each(['rabbitmq:4.0', 'rabbitmq:4.0.9-management', 'rabbitmq:3.13', 'registry.example.com/x/rabbitmq:4.0'])(
    'cannot be 3 with %s, which does not find its nodes',
    (image) => {
      expect(() => brokerOf({ replicas: 3, image })).toThrow(
        `replicas is 3; it needs RabbitMQ 4.1 or later, and the image is ${image}. Take the image of a later version`,
      );
    },
  );

  test('cannot be 3 with such an image from Images either, which may come last', () => {
    const chart = newChart();
    new RabbitMQ(chart, 'rabbitmq', { replicas: 3 });
    Images.of(chart).useRabbitMQ('rabbitmq:4.0');
    expect(() => chart.toJson()).toThrow(
      'replicas is 3; it needs RabbitMQ 4.1 or later, and the image is rabbitmq:4.0.',
    );
  });

  test.each<RabbitMQProps>([
    { replicas: 1, image: 'rabbitmq:4.0' },
    { replicas: 3, image: 'rabbitmq:4.1' },
    { replicas: 3, image: 'rabbitmq:4.10' },
    { replicas: 3, image: 'rabbitmq:4' },
    { replicas: 3, image: 'my-rabbitmq:3' },
    { replicas: 5, image: `registry.example.com/broker@sha256:${'00'.repeat(32)}` },
  ])('goes with %j', (props) => {
    expect(brokerOf(props).statefulSet.spec.replicas).toBe(props.replicas);
  });
});
