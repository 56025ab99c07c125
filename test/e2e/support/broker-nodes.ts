import { ApiObject } from 'cdk8s';
import type { RabbitMQ } from '../../../lib';
import { askKubectl } from '../../../tools/cluster/kubectl';
import type { Namespace } from '../../../tools/cluster/namespace';
import { until } from '../../../tools/cluster/until';
import type { Json } from '../../../tools/synthesized-run';

const CONTAINER = 'rabbitmq';

/** The nodes of a RabbitMQ broker in a namespace. */
export class BrokerNodes {
  readonly name: string;
  /** The headless Service. */
  readonly service: string;
  private readonly replicas: number;

  constructor(
    private readonly namespace: Namespace,
    broker: RabbitMQ,
  ) {
    const statefulSet = ApiObject.of(broker);
    this.name = statefulSet.name;
    const { spec } = statefulSet.toJson();
    this.replicas = spec.replicas;
    this.service = spec.serviceName;
  }

  get pods(): string[] {
    return Array.from({ length: this.replicas }, (_, n) => `${this.name}-${n}`);
  }

  /** Waits until every node is ready, and all of them have found each other. */
  ready(): Promise<true> {
    return until(`${this.replicas} nodes of ${this.name}`, async () => {
      const { status } = await this.namespace.get('statefulset', this.name);
      if (status.updatedReplicas !== this.replicas || status.readyReplicas !== this.replicas) return false;
      const together = ['rabbitmqctl', 'await_online_nodes', String(this.replicas), '--timeout', '5'];
      return (await this.statusOf(0, ...together)) === 0 || undefined;
    });
  }

  /** What `rabbitmqctl` writes, on the first node. */
  control(...args: string[]): Promise<string> {
    return this.exec(0, 'rabbitmqctl', '--quiet', ...args);
  }

  /** The status of a command on a node; its words do not matter. */
  async statusOf(node: number, ...command: string[]): Promise<number> {
    const where = ['--namespace', this.namespace.name, 'exec', this.pods[node], '--container', CONTAINER];
    return (await askKubectl([...where, '--', ...command])).status;
  }

  exec(node: number, ...command: string[]): Promise<string> {
    return this.namespace.run('exec', this.pods[node], '--container', CONTAINER, '--', ...command);
  }

  /** A queue as RabbitMQ sees it. */
  async queue(
    name: string,
  ): Promise<{ readonly leader: string; readonly members: string[]; readonly messages: number }> {
    const columns = ['name', 'leader', 'members', 'messages'];
    const queues: Json[] = JSON.parse(await this.control('list_queues', '--formatter', 'json', ...columns));
    const found = queues.find((queue) => queue.name === name);
    if (!found) throw new Error(`no queue ${name} in ${JSON.stringify(queues)}`);
    return found;
  }

  /** The node of the cluster on which the leader of a queue is, as a number: `node-2` is 2. */
  async leaderNode(queue: string): Promise<number> {
    const { leader } = await this.queue(queue);
    const pod = leader.replace(/^rabbit@/, '').split('.')[0];
    const { spec } = await this.namespace.get('pod', pod);
    return Number(spec.nodeName.replace('node-', ''));
  }
}
