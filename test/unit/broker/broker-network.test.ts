import { App, Chart } from 'cdk8s';
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
/** Of a range its ends. */
const numbers = (rule: Json): number[] =>
  rule.ports.flatMap(({ port, endPort }: Json) => (endPort ? [port, endPort] : [port]));
const sorted = (ports: number[]) => ports.sort((a, b) => a - b);

/** A run with what its policies say, read as a cluster would. */
class Policies {
  readonly run: SynthesizedRun;
  readonly ofBroker: Json;
  readonly ofClients: Json;

  constructor(broker: RabbitMQProps = {}, more: Omit<SynthesizedRunProps, 'broker'> = {}, chart = newChart()) {
    this.run = new SynthesizedRun({ ...more, broker }, chart);
    const policies = this.run.objects().filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.map(({ spec }) => spec.policyTypes)).toEqual([['Ingress'], ['Egress']]);
    [this.ofBroker, this.ofClients] = policies.map(({ spec }) => spec);
  }

  get broker(): Labels {
    return podLabels(this.run.statefulSet());
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

describe('the broker', () => {
  test.each<[string, RabbitMQProps, number[]]>([
    ['on its plain port', {}, [5672]],
    ['on its TLS port', { tls: Tls.certManager({ name: 'ca' }) }, [5671]],
    ['on both', { tls: Tls.certManager({ name: 'ca' }), plaintext: true }, [5671, 5672]],
    ['on no other port with several nodes', { replicas: 3 }, [5672]],
  ])('lets seeders and workers in %s', (_, props, ports) => {
    const policies = new Policies(props);
    expect(selects(policies.ofBroker.podSelector, policies.broker)).toBe(true);
    expect(policies.openTo(policies.seeder)).toEqual(ports);
    expect(policies.openTo(policies.worker)).toEqual(ports);
  });

  test('lets in what carries its client labels, and nobody else', () => {
    const policies = new Policies({ replicas: 3 });
    expect(policies.openTo({ app: 'mine', ...policies.run.broker.clientLabels })).toEqual([5672]);
    const strangers: Labels[] = [{}, { app: 'mine' }, { 'cdk8s-work-queue/broker': 'another' }];
    for (const labels of strangers) {
      expect(policies.openTo(labels)).toEqual([]);
    }
  });

  test('is not open to the clients of another broker in the namespace', () => {
    const chart = newChart();
    const other = new RabbitMQ(chart, 'other');
    const run = new SynthesizedRun({}, chart);
    const [first] = run.objects().filter(({ kind }) => kind === 'NetworkPolicy');
    expect(selects(first.spec.ingress[0].from[0].podSelector, podLabels(run.seederJob()))).toBe(false);
    expect(other.clientLabels).not.toEqual(run.broker.clientLabels);
  });

  test('has nodes that talk to each other where there are several, and only they do', () => {
    const policies = new Policies({ replicas: 3 });
    expect(policies.openTo(policies.broker)).toEqual([4369, 25672, 35672, 35682]);
    expect(policies.openTo(policies.broker, 'elsewhere')).toEqual([]);
  });

  test('has no port for other nodes where it is alone', () => {
    const policies = new Policies();
    expect(policies.openTo(policies.broker)).toEqual([]);
    expect(policies.ofBroker.ingress.length).toBe(1);
  });

  test('is open to all for metrics alone, wherever Prometheus is', () => {
    expect(new Policies().openTo({})).toEqual([]);
    const policies = new Policies({ metrics: true });
    expect(policies.openTo({})).toEqual([15692]);
    expect(policies.openTo({ app: 'prometheus' }, 'monitoring')).toEqual([15692]);
  });

  test('lets clients of other namespaces in where they are named, if they carry the labels', () => {
    const policies = new Policies({ clientNamespaces: ['research', 'lab'], replicas: 3 });
    const { clientLabels = {} } = policies.run.broker;
    for (const namespace of ['research', 'lab']) {
      expect(policies.openTo(clientLabels, namespace)).toEqual([5672]);
      expect(policies.openTo({}, namespace)).toEqual([]);
    }
    expect(policies.openTo(clientLabels, 'elsewhere')).toEqual([]);
    expect(new Policies().openTo(clientLabels, 'research')).toEqual([]);
  });

  test.each(['', 'Research', 'a b', '-a'])('cannot have clients of a namespace %j', (name) => {
    expect(() => new SynthesizedRun({ broker: { clientNamespaces: ['research', name] } })).toThrow(
      /RabbitMQ 'test\/rabbitmq': clientNamespaces is ".*"; it cannot be the name of a Kubernetes namespace/,
    );
  });

  test('is not kept from anything itself', () => {
    const policies = new Policies({ replicas: 3 });
    expect(selects(policies.ofClients.podSelector, policies.broker)).toBe(false);
  });
});

describe('a client', () => {
  test.each<[string, RabbitMQProps, number[]]>([
    ['plain', {}, [5672]],
    ['over TLS', { tls: Tls.certManager({ name: 'ca' }) }, [5671]],
  ])('reaches the broker, %s, and DNS wherever that is, and nothing else', (_, props, ports) => {
    const policies = new Policies(props);
    for (const labels of [policies.seeder, policies.worker]) {
      expect(selects(policies.ofClients.podSelector, labels)).toBe(true);
    }
    const [amqp, dns, ...others] = policies.ofClients.egress;
    expect(others).toEqual([]);
    expect(amqp.to).toEqual([{ podSelector: policies.ofBroker.podSelector }]);
    expect(numbers(amqp)).toEqual(ports);
    expect(dns).toEqual({
      ports: [
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'TCP' },
      ],
    });
  });

  test('may be a worker with an open network: it reaches all, and the broker lets it in', () => {
    const policies = new Policies({}, { worker: { network: Network.OPEN } });
    expect(selects(policies.ofClients.podSelector, policies.worker)).toBe(false);
    expect(policies.openTo(policies.worker)).toEqual([5672]);
    expect(selects(policies.ofClients.podSelector, policies.seeder)).toBe(true);
  });

  test('of yours that carries the client labels alone is let in, and kept from nothing', () => {
    const policies = new Policies();
    expect(selects(policies.ofClients.podSelector, { ...policies.run.broker.clientLabels })).toBe(false);
  });

  test('is not the Job that makes the Secrets: it has to reach the API server', () => {
    const { run, ofClients } = new Policies();
    const [job] = run.objects().filter(({ kind, metadata }) => kind === 'Job' && /credentials/.test(metadata.name));
    expect(selects(ofClients.podSelector, podLabels(job))).toBe(false);
  });

  test('keeps the labels that you give its pods', () => {
    const policies = new Policies({}, { worker: { podMetadata: { labels: { team: 'fruit' } } } });
    expect(policies.worker).toMatchObject({ team: 'fruit', ...policies.run.broker.clientLabels });
  });

  test('of another chart in the namespace carries the labels as well', () => {
    const app = new App();
    const policies = new Policies({}, {}, new Chart(app, 'theirs'));
    const { broker } = policies.run;
    const ours = new Chart(app, 'ours');
    const queue = new QueueSeeder(ours, 'queue', { broker, items: WorkItems.list(['a']) });
    new CoarseWorkerJob(ours, 'eat', { queue, image: 'x:1', program: Program.command('cat') });
    const jobs = (ours.toJson() as Json[]).filter(({ kind }) => kind === 'Job');
    expect(jobs.length).toBe(2);
    for (const job of jobs) {
      expect(policies.openTo(podLabels(job))).toEqual([5672]);
      expect(selects(policies.ofClients.podSelector, podLabels(job))).toBe(true);
    }
  });
});

test('labels are as short as Kubernetes wants them, however long the path', () => {
  const chart = newChart();
  const { clientLabels = {} } = new RabbitMQ(chart, 'b'.repeat(200));
  for (const value of Object.values(clientLabels)) expect(value).toMatch(/^[A-Za-z0-9][\w.-]{0,61}[A-Za-z0-9]$/);
});

describe('an open network', () => {
  const run = new SynthesizedRun({ broker: { network: Network.OPEN, clientNamespaces: ['research'], metrics: true } });

  test('has no policies', () => {
    expect(run.objects().map(({ kind }) => kind)).not.toContain('NetworkPolicy');
    expect(run.broker.clientLabels).toBeUndefined();
  });

  test('has no labels of ours on the pods', () => {
    for (const object of run.objects().filter(({ spec }) => spec?.template)) {
      expect(Object.keys(podLabels(object)).filter((key) => key.startsWith('cdk8s-work-queue/'))).toEqual([]);
    }
  });
});
