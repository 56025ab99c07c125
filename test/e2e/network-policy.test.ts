import { execFileSync } from 'node:child_process';
import { Program, WorkItems } from '../../lib';
import { CLUSTER } from '../../tools/cluster/control';
import { useNamespace } from '../../tools/cluster/namespace';
import { type Json, SynthesizedRun } from '../../tools/synthesized-run';
import { BrokerNodes } from './support/broker-nodes';

const IMAGE = 'python:3.13-slim';

const REACHES = `
import os, socket, time
def reaches(address):
    host, port = os.path.expandvars(address).split(":")
    try:
        return socket.create_connection((host, int(port)), 3) is not None
    except OSError:
        return False
def wait_until(true):
    for _ in range(15):
        if true():
            return True
        time.sleep(1)
    return true()
`;

/**
 * A command that writes which of the addresses it may reach. It asks for the first one again and again: a policy takes a moment
 * to know a new pod, and until then others do not let it in.
 */
const tryToReach = (...addresses: string[]) =>
  python(`
addresses = ${JSON.stringify(addresses)}
wait_until(lambda: reaches(addresses[0]))
print(*[address for address in addresses if reaches(address)])`);

/** A command that writes the address if it is not closed to it after a while: until a policy knows a new pod, that is let out. */
const waitUntilClosed = (address: string) =>
  python(`
print("closed" if wait_until(lambda: not reaches("${address}")) else "${address}")`);

function python(program: string): string[] {
  return ['python3', '-c', REACHES + program];
}

const BROKER = 'rabbitmq:5672';
const API_SERVER = '$KUBERNETES_SERVICE_HOST:443';
const ADDRESS = 'cdk8s.io/metadata.addr';

/** From here on the cluster enforces NetworkPolicies, also for the tests of other files. */
beforeAll(() => {
  if (CLUSTER) execFileSync(CLUSTER, ['policies'], { stdio: 'ignore', timeout: 60_000 });
});

describe('a cluster that enforces NetworkPolicies', () => {
  const { namespace, faultTest } = useNamespace();
  const run = new SynthesizedRun({
    items: WorkItems.list(['apple']),
    broker: { replicas: 3, metrics: true, serviceName: 'rabbitmq' },
    worker: { image: IMAGE, program: command(tryToReach(BROKER, API_SERVER)) },
  });
  const nodes = new BrokerNodes(namespace, run.broker);
  const { clientLabels = {} } = run.broker;

  faultTest('lets the nodes find each other, and seeder and worker do their work', async () => {
    await namespace.apply(run.objects());
    expect((await namespace.ended(run.job.name)).outcome).toBe('Complete');
    await nodes.ready();
  });

  faultTest('lets a program reach nothing but broker and DNS', async () => {
    expect(await namespace.output(run.job.name)).toEqual([BROKER]);
  });

  faultTest('lets a client in on 5672, and not on the ports that nodes talk on', async () => {
    expect(await reached('client', clientLabels, 5672, 4369, 25672)).toEqual([5672]);
  });

  faultTest('lets a pod without the label of a client in for metrics, and not for 5672', async () => {
    expect(await reached('stranger', {}, 15692, 5672)).toEqual([15692]);
  });

  async function reached(name: string, labels: Record<string, string>, ...ports: number[]): Promise<number[]> {
    const command = tryToReach(...ports.map((port) => `${nodes.service}:${port}`));
    const lines = await namespace.runInPod(name, IMAGE, command, labels);
    return lines.split(' ').map((address) => Number(address.split(':')[1]));
  }
});

/** As docs/broker.md says, and no more. */
describe('a namespace that denies egress', () => {
  const { namespace, faultTest } = useNamespace();
  const run = new SynthesizedRun({ items: WorkItems.list(['apple', 'banana']), broker: { replicas: 3 } });
  const nodes = new BrokerNodes(namespace, run.broker);

  faultTest(
    'has a broker of three nodes, a seeder and workers, where its credentials Job and its nodes are let out',
    async () => {
      const objects = run.objects();
      const ofTheBroker = (kind: string) => {
        const { template } = objects.find((one) => one.kind === kind && one.metadata.name.includes('rabbitmq')).spec;
        return { matchLabels: { [ADDRESS]: template.metadata.labels[ADDRESS] } };
      };
      const broker = ofTheBroker('StatefulSet');
      const apiServer = { ports: [{ port: 443 }, { port: 6443 }] };
      const dns = { ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })) };
      const between = [{ port: 4369 }, { port: 25672 }, { port: 35672, endPort: 35682 }, { port: 6000, endPort: 6500 }];
      await namespace.apply([
        egress('nobody', {}, []),
        egress('credentials', ofTheBroker('Job'), [apiServer]),
        egress('nodes', broker, [dns, { to: [{ podSelector: broker }], ports: between }]),
        ...objects,
      ]);
      expect((await namespace.ended(run.job.name)).outcome).toBe('Complete');
      await nodes.ready();
    },
  );

  faultTest('lets nobody else out', async () => {
    expect(await namespace.runInPod('stranger', IMAGE, waitUntilClosed(API_SERVER))).toBe('closed');
  });
});

function egress(name: string, podSelector: Json, egress: Json[]): Json {
  const spec = { podSelector, policyTypes: ['Egress'], egress };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec };
}

function command([name, ...args]: string[]): Program {
  return Program.command(name, ...args);
}
