import { Network, Tls, WorkItems } from '../../lib';
import { useNamespace } from '../../tools/cluster/namespace';
import { SynthesizedRun } from '../../tools/synthesized-run';
import { BrokerNodes } from './support/broker-nodes';
import { useCertManager } from './support/cert-manager';
import { describeOnTestCluster } from './support/custom-resources';

const ITEMS = ['apple', 'banana'];

describeOnTestCluster('a broker whose certificate cert-manager makes', () => {
  const { namespace, test } = useNamespace();
  const run = new SynthesizedRun({
    items: WorkItems.list(ITEMS),
    broker: { tls: Tls.certManager({ name: 'authority' }), metrics: true },
    worker: { network: Network.OPEN },
  });
  const nodes = new BrokerNodes(namespace, run.broker);
  useCertManager(namespace, 'authority');

  test('serves a whole run over TLS, and nothing without it', async () => {
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 2, 0]);
    await nodes.ready();
    expect(await nodes.statusOf(0, 'rabbitmq-diagnostics', 'check_port_listener', '5671')).toBe(0);
    expect(await nodes.statusOf(0, 'rabbitmq-diagnostics', 'check_port_listener', '5672')).not.toBe(0);
  });

  test('is unchanged when it is applied again', async () => {
    expect(await namespace.applyAgain(run.objects())).toEqual([]);
  });

  test('has metrics', async () => {
    const ask = `require('node:http').get('http://${nodes.pods[0]}.${nodes.service}:15692/metrics', (r) => r.pipe(process.stdout))`;
    const metrics = await namespace.runInPod('metrics', 'node:24-slim', ['node', '-e', ask]);
    expect(metrics).toMatch(/^rabbitmq_identity_info\{/m);
  });

  test('gives the user of seeders and couriers rights on work queues alone', async () => {
    const permissions = JSON.parse(await nodes.control('list_permissions', '--formatter', 'json'));
    const { configure, write, read } = permissions.find(({ user }: { user: string }) => user === 'work-queue');
    for (const pattern of [configure, write, read]) {
      expect(run.queue.queueName).toMatch(new RegExp(pattern));
      expect('payments').not.toMatch(new RegExp(pattern));
    }
  });
});
