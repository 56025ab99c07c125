import { ApiObject, JsonPatch } from 'cdk8s';
import { PodMonitor } from '../../../lib/broker/private/pod-monitor';
import { type Json, newChart } from '../../../tools/synthesized-run';

function podMonitor() {
  const chart = newChart({ namespace: 'research' });
  const construct = new PodMonitor(chart, 'metrics', { podLabels: { 'cdk8s.io/metadata.addr': 'broker' } });
  return { construct, object: (): Json => chart.toJson()[0] };
}

test("is the Prometheus operator's, in the namespace of the chart", () => {
  const object = podMonitor().object();
  expect(object).toMatchObject({ apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor' });
  expect(object.metadata.namespace).toBe('research');
});

test('selects the pods that have the labels, in its own namespace', () => {
  const { spec } = podMonitor().object();
  expect(spec.selector).toEqual({ matchLabels: { 'cdk8s.io/metadata.addr': 'broker' } });
  expect(spec).not.toHaveProperty('namespaceSelector');
});

test('scrapes /metrics of the port "prometheus", and says nothing that the API server would complete', () => {
  expect(podMonitor().object().spec.podMetricsEndpoints).toEqual([{ port: 'prometheus', path: '/metrics' }]);
});

test('can be patched with a field that the imported definition does not have', () => {
  const { construct, object } = podMonitor();
  ApiObject.of(construct).addJsonPatch(JsonPatch.add('/spec/ofTomorrow', true));
  expect(object().spec.ofTomorrow).toBe(true);
});
