import { PodMonitor } from '../../lib/broker/private/pod-monitor';
import { POD_MONITOR } from '../../scripts/definitions';
import { useNamespace } from '../../tools/cluster/namespace';
import { newChart } from '../../tools/synthesized-run';
import { defineResource, describeOnTestCluster } from './support/custom-resources';

describeOnTestCluster('a PodMonitor', () => {
  const { namespace, test } = useNamespace();
  beforeAll(() => defineResource(POD_MONITOR));

  test('is as the Prometheus operator defines it, and stays as it is when it is applied again', async () => {
    const chart = newChart();
    new PodMonitor(chart, 'metrics', { podLabels: { app: 'rabbitmq' } });
    const [created, unchanged] = [await namespace.apply(chart.toJson()), await namespace.apply(chart.toJson())];
    expect([created, unchanged]).toEqual([
      [expect.stringMatching(/ created$/)],
      [expect.stringMatching(/ unchanged$/)],
    ]);
  });
});
