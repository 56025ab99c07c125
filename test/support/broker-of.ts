import type { Chart } from 'cdk8s';
import { RabbitMQ, type RabbitMQProps } from '../../lib';
import { container, type Json, newChart } from '../../tools/synthesized-run';

/** A broker with nothing on it, and what it renders. Properties that need a scope, such as Secrets, are made in the chart. */
export function brokerOf(props: RabbitMQProps | ((chart: Chart) => RabbitMQProps) = {}) {
  const chart = newChart();
  const broker = new RabbitMQ(chart, 'rabbitmq', typeof props === 'function' ? props(chart) : props);
  const objects: Json[] = chart.toJson();
  const one = (kind: string): Json[] => objects.filter((object) => object.kind === kind);
  const [statefulSet] = one('StatefulSet');
  const { data } = one('ConfigMap').find((object) => SETTINGS in (object.data ?? {}));
  return {
    ...{ chart, broker, objects, one, statefulSet },
    pod: statefulSet.spec.template.spec,
    server: container(statefulSet, 'rabbitmq'),
    settings: settingsIn(data[SETTINGS]),
    plugins: data.enabled_plugins as string,
  };
}

const SETTINGS = '90-work-queue.conf';

/** `rabbitmq.conf` by its keys. */
function settingsIn(text: string): Record<string, string> {
  const lines = text.trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(' = ') as [string, string]));
}

/** `rabbitmq.conf` of the one broker in these objects. */
export function settingsOf(objects: Json[]): Record<string, string> {
  return settingsIn(objects.find(({ kind, data }) => kind === 'ConfigMap' && data?.[SETTINGS]).data[SETTINGS]);
}
