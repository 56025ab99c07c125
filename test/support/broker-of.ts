import type { Chart } from 'cdk8s';
import { RabbitMQ, type RabbitMQProps } from '../../lib';
import { ContainerName } from '../../lib/contract/containers';
import { container, type Json, newChart } from '../../tools/synthesized-run';

/**
 * A broker without queues, and what it renders. A function creates properties that require a scope, such as Secrets.
 */
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
    server: container(statefulSet, ContainerName.RABBITMQ),
    settings: settingsIn(data[SETTINGS]),
    plugins: data.enabled_plugins as string,
  };
}

const SETTINGS = '90-work-queue.conf';

/** The settings of `rabbitmq.conf`, by key. */
function settingsIn(text: string): Record<string, string> {
  const lines = text.trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => line.split(' = ') as [string, string]));
}

/** The settings of `rabbitmq.conf` of the only broker in these objects. */
export function settingsOf(objects: Json[]): Record<string, string> {
  return settingsIn(objects.find(({ kind, data }) => kind === 'ConfigMap' && data?.[SETTINGS]).data[SETTINGS]);
}
