import { App, Chart } from 'cdk8s';
import { Label } from '../../../lib/contract/labels';
import {
  CoarseWorkerJob,
  Network,
  Program,
  QueueSeeder,
  RabbitMQ,
  type RabbitMQProps,
  Tls,
  WorkItems,
} from '../../../lib/index';
import { type Json, newChart, SynthesizedRun, type SynthesizedRunProps } from '../../../tools/synthesized-run';

type Labels = Record<string, string>;

const podLabels = (object: Json): Labels => object.spec.template.metadata.labels;
const selects = (selector: Json, labels: Labels) =>
  Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value);
/** The ports of a rule; of a range, the first and the last. */
const numbers = (rule: Json): number[] =>
  rule.ports.flatMap(({ port, endPort }: Json) => (endPort ? [port, endPort] : [port]));
const sorted = (ports: number[]) => ports.sort((a, b) => a - b);

/** A run, and its policies as a cluster would read them. */
class Policies {
  readonly run: SynthesizedRun;
  readonly ofBroker: Json;
  readonly ofClients: Json;
  readonly ofCredentials: Json;

  constructor(broker: RabbitMQProps = {}, more: Omit<SynthesizedRunProps, 'broker'> = {}, chart = newChart()) {
    this.run = new SynthesizedRun({ ...more, broker }, chart);
    const policies = this.run.objects().filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.map(({ spec }) => spec.policyTypes)).toEqual([['Ingress'], ['Ingress', 'Egress'], ['Ingress']]);
    [this.ofBroker, this.ofClients, this.ofCredentials] = policies.map(({ spec }) => spec);
  }

  get broker(): Labels {
    return podLabels(this.run.statefulSet());
  }

  get credentials(): Labels {
    const jobs = this.run.objects().filter(({ kind }) => kind === 'Job');
    return podLabels(jobs.find(({ metadata }) => /credentials/.test(metadata.name)));
  }

  get seeder(): Labels {
    return podLabels(this.run.seederJob());
  }

  get worker(): Labels {
    return podLabels(this.run.workerJob());
  }

  /** The ports of a node that a pod with these labels may reach, from the broker's namespace or another one. */
  openTo(labels: Labels, namespace?: string): number[] {
    const comesFrom = ({ namespaceSelector, podSelector }: Json) =>
      (namespaceSelector
        ? selects(namespaceSelector, { 'kubernetes.io/metadata.name': namespace ?? '' })
        : namespace === undefined) && selects(podSelector, labels);
    const rules = this.ofBroker.ingress.filter(({ from }: Json) => from === undefined || from.some(comesFrom));
    return sorted(rules.flatMap(numbers));
  }
}

describe('the policy of the broker', () => {
  test.each<[string, RabbitMQProps, number[]]>([
    ['on its plain port', {}, [5672]],
    ['on its TLS port', { tls: Tls.certManager({ name: 'ca' }) }, [5671]],
    ['on both', { tls: Tls.certManager({ name: 'ca' }), plaintext: true }, [5671, 5672]],
    ['on no other port with several nodes', { replicas: 3 }, [5672]],
  ])('the broker admits seeders and workers %s', (_, props, ports) => {
    const policies = new Policies(props);
    expect(selects(policies.ofBroker.podSelector, policies.broker)).toBe(true);
    expect(policies.openTo(policies.seeder)).toEqual(ports);
    expect(policies.openTo(policies.worker)).toEqual(ports);
  });

  test('the broker admits pods with its client labels, and no others', () => {
    const policies = new Policies({ replicas: 3 });
    expect(policies.openTo({ app: 'mine', ...policies.run.broker.clientLabels })).toEqual([5672]);
    const strangers: Labels[] = [{}, { app: 'mine' }, { [Label.BROKER]: 'another' }];
    for (const labels of strangers) {
      expect(policies.openTo(labels)).toEqual([]);
    }
  });

  test('the broker does not admit the clients of another broker in the namespace', () => {
    const chart = newChart();
    const other = new RabbitMQ(chart, 'other');
    const run = new SynthesizedRun({}, chart);
    const [first] = run.objects().filter(({ kind }) => kind === 'NetworkPolicy');
    expect(selects(first.spec.ingress[0].from[0].podSelector, podLabels(run.seederJob()))).toBe(false);
    expect(other.clientLabels).not.toEqual(run.broker.clientLabels);
  });

  test('several nodes reach each other, and no other pods reach their cluster ports', () => {
    const policies = new Policies({ replicas: 3 });
    expect(policies.openTo(policies.broker)).toEqual([4369, 6000, 6500, 25672, 35672, 35682]);
    expect(policies.openTo(policies.broker, 'elsewhere')).toEqual([]);
  });

  test('a single node opens no cluster ports', () => {
    const policies = new Policies();
    expect(policies.openTo(policies.broker)).toEqual([]);
    expect(policies.ofBroker.ingress.length).toBe(1);
  });

  test('all pods reach the metrics port and no other port, wherever Prometheus is', () => {
    expect(new Policies().openTo({})).toEqual([]);
    const policies = new Policies({ metrics: true });
    expect(policies.openTo({})).toEqual([15692]);
    expect(policies.openTo({ app: 'prometheus' }, 'monitoring')).toEqual([15692]);
  });

  test('the broker admits pods of `clientNamespaces` if they carry the labels', () => {
    const policies = new Policies({ clientNamespaces: ['research', 'lab'], replicas: 3 });
    const { clientLabels = {} } = policies.run.broker;
    for (const namespace of ['research', 'lab']) {
      expect(policies.openTo(clientLabels, namespace)).toEqual([5672]);
      expect(policies.openTo({}, namespace)).toEqual([]);
    }
    expect(policies.openTo(clientLabels, 'elsewhere')).toEqual([]);
    expect(new Policies().openTo(clientLabels, 'research')).toEqual([]);
  });

  test.each(['', 'Research', 'a b', '-a'])('the invalid name %j in `clientNamespaces` is an error', (name) => {
    expect(() => new SynthesizedRun({ broker: { clientNamespaces: ['research', name] } })).toThrow(
      /RabbitMQ 'test\/rabbitmq': clientNamespaces is ".*"; it cannot be the name of a Kubernetes namespace/,
    );
  });

  test('the policy of the clients does not restrict the broker itself', () => {
    const policies = new Policies({ replicas: 3 });
    expect(selects(policies.ofClients.podSelector, policies.broker)).toBe(false);
  });
});

describe('the policy of the clients', () => {
  test.each<[string, RabbitMQProps, number[]]>([
    ['plain', {}, [5672]],
    ['over TLS', { tls: Tls.certManager({ name: 'ca' }) }, [5671]],
  ])('seeders and workers reach the broker (%s), port 53 of any address, and nothing else', (_, props, ports) => {
    const policies = new Policies(props);
    for (const labels of [policies.seeder, policies.worker]) {
      expect(selects(policies.ofClients.podSelector, labels)).toBe(true);
    }
    const [amqp, dns, openShift, ...others] = policies.ofClients.egress;
    expect(others).toEqual([]);
    expect(amqp.to).toEqual([{ podSelector: policies.ofBroker.podSelector }]);
    expect(numbers(amqp)).toEqual(ports);
    expect(dns).toEqual({
      ports: [
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'TCP' },
      ],
    });
    // Policies see the port of the pod behind the Service, and the DNS pods of OpenShift listen on 5353.
    expect(openShift).toEqual({
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } } }],
      ports: [
        { port: 5353, protocol: 'UDP' },
        { port: 5353, protocol: 'TCP' },
      ],
    });
  });

  test('no pod reaches a seeder or a restricted worker', () => {
    const { ofClients, seeder, worker } = new Policies();
    for (const labels of [seeder, worker]) expect(selects(ofClients.podSelector, labels)).toBe(true);
    expect(ofClients.policyTypes).toContain('Ingress');
    expect(ofClients).not.toHaveProperty('ingress');
  });

  test('a worker with `Network.OPEN` accepts connections, because its program may serve', () => {
    const policies = new Policies({}, { worker: { network: Network.OPEN } });
    const { ofBroker, ofClients, ofCredentials, worker } = policies;
    for (const { podSelector } of [ofBroker, ofClients, ofCredentials]) {
      expect(selects(podSelector, worker)).toBe(false);
    }
  });

  test('a worker with `Network.OPEN` reaches everything, the broker admits it, and its seeder stays restricted', () => {
    const policies = new Policies({}, { worker: { network: Network.OPEN } });
    expect(selects(policies.ofClients.podSelector, policies.worker)).toBe(false);
    expect(policies.openTo(policies.worker)).toEqual([5672]);
    expect(selects(policies.ofClients.podSelector, policies.seeder)).toBe(true);
  });

  test('a pod with only the client labels is admitted and not restricted', () => {
    const policies = new Policies();
    expect(selects(policies.ofClients.podSelector, { ...policies.run.broker.clientLabels })).toBe(false);
  });

  test('no pod reaches the credentials Job, which reaches everything, because no selector names the API server', () => {
    const { ofClients, ofCredentials, credentials, broker, seeder, worker } = new Policies();
    expect(selects(ofCredentials.podSelector, credentials)).toBe(true);
    expect(ofCredentials).not.toHaveProperty('ingress');
    expect(selects(ofClients.podSelector, credentials)).toBe(false);
    for (const labels of [broker, seeder, worker]) expect(selects(ofCredentials.podSelector, labels)).toBe(false);
  });

  test('the pods of a client keep the labels of `podMetadata`', () => {
    const policies = new Policies({}, { worker: { podMetadata: { labels: { team: 'fruit' } } } });
    expect(policies.worker).toMatchObject({ team: 'fruit', ...policies.run.broker.clientLabels });
  });

  test('a client of another chart in the namespace carries the labels too', () => {
    const app = new App();
    const policies = new Policies({}, {}, new Chart(app, 'broker'));
    const { broker } = policies.run;
    const clients = new Chart(app, 'clients');
    const queue = new QueueSeeder(clients, 'queue', { broker, items: WorkItems.list(['a']) });
    new CoarseWorkerJob(clients, 'eat', { queue, image: 'x:1', program: Program.command('cat') });
    const jobs = (clients.toJson() as Json[]).filter(({ kind }) => kind === 'Job');
    expect(jobs.length).toBe(2);
    for (const job of jobs) {
      expect(policies.openTo(podLabels(job))).toEqual([5672]);
      expect(selects(policies.ofClients.podSelector, podLabels(job))).toBe(true);
    }
  });
});

test('the client labels are short enough for Kubernetes, however long the path is', () => {
  const chart = newChart();
  const { clientLabels = {} } = new RabbitMQ(chart, 'b'.repeat(200));
  for (const value of Object.values(clientLabels)) expect(value).toMatch(/^[A-Za-z0-9][\w.-]{0,61}[A-Za-z0-9]$/);
});

describe('Network.OPEN', () => {
  const run = new SynthesizedRun({ broker: { network: Network.OPEN, clientNamespaces: ['research'], metrics: true } });

  test('with `Network.OPEN`, a broker has no policies and no client labels', () => {
    expect(run.objects().map(({ kind }) => kind)).not.toContain('NetworkPolicy');
    expect(run.broker.clientLabels).toBeUndefined();
  });

  test('with `Network.OPEN`, no pod carries labels for NetworkPolicies', () => {
    for (const object of run.objects().filter(({ spec }) => spec?.template)) {
      for (const label of [Label.BROKER, Label.NETWORK]) expect(podLabels(object)).not.toHaveProperty([label]);
    }
  });
});
