import { execFileSync } from 'node:child_process';
import { Program, WorkItems } from '../../lib';
import { Run } from '../support/synth';
import { BrokerNodes } from './support/broker-nodes';
import { CLUSTER } from './support/faults';
import { useNamespace } from './support/namespace';
import { until } from './support/until';

/** Tells in a second whether something listens that it may reach. */
const reaches = (host: string, port: number) => `nc -z -w 3 ${host} ${port}`;

/** From here on the cluster enforces NetworkPolicies, also for the tests of other files. */
describe('a cluster that enforces NetworkPolicies', () => {
  const { namespace, faultTest } = useNamespace();
  const run = new Run({
    items: WorkItems.list(['apple']),
    broker: { replicas: 3, metrics: true },
    worker: {
      // The API server is something else that listens.
      program: Program.command(
        'sh',
        '-c',
        `if ${reaches('$KUBERNETES_SERVICE_HOST', 443)}; then echo open; else echo closed; fi`,
      ),
    },
  });
  const nodes = new BrokerNodes(namespace, run.broker);
  const { clientLabels = {} } = run.broker;

  beforeAll(() => {
    if (CLUSTER) execFileSync(CLUSTER, ['policies'], { stdio: 'ignore', timeout: 60_000 });
  });

  faultTest('lets the nodes find each other, and seeder and worker do their work', async () => {
    await namespace.apply(run.objects());
    expect((await namespace.ended(run.job.name)).outcome).toBe('Complete');
    await nodes.ready();
  });

  faultTest('lets a program reach nothing but broker and DNS', async () => {
    expect(await namespace.output(run.job.name)).toEqual(['closed']);
  });

  faultTest('lets a pod without the label of a client not open 5672', async () => {
    await until('the policies in force', async () => (await answer('stranger', {}, 5672)) === 'closed');
    expect(await answer('client', clientLabels, 5672)).toBe('open');
  });

  faultTest('lets not even a client reach the ports that nodes talk on, and everybody the metrics', async () => {
    for (const port of [4369, 25672]) expect(await answer(`client-${port}`, clientLabels, port)).toBe('closed');
    expect(await answer('prometheus', {}, 15692)).toBe('open');
  });

  function answer(name: string, labels: Record<string, string>, port: number): Promise<string> {
    const script = `if ${reaches(nodes.service, port)}; then echo open; else echo closed; fi`;
    return namespace.runInPod(name, 'busybox:1.37', ['sh', '-c', script], labels);
  }
});
