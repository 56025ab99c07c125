import { type ApiObjectMetadata, App, Chart, Yaml } from 'cdk8s';
import { ConfigMap, EnvValue, Pods, Topology, Volume } from 'cdk8s-plus-28';
import { Axis, CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkerPool, WorkItems } from '../../../lib/index';

type Entries<T> = Readonly<Record<string, T>>;

/** Puts the entries of a map into another order. */
type Reordered = <T>(map: Entries<T>) => Record<string, T>;

/** A chart in which everything that may be a map is one, except for the axes of `product`. */
function manifest(map: Reordered): string {
  const app = new App();
  const chart = new Chart(app, 'maps', { labels: map({ team: 'a', cost: 'b', area: 'c' }) });
  const labels = map({ tier: 'x', 'example.com/owner': 'y', app: 'z' });
  const podMetadata = map<unknown>({
    labels,
    annotations: map({ note: '1', 'example.com/a': '2', b: '3' }),
    generateName: 'x',
  }) as ApiObjectMetadata;
  const envVariables = map({
    URL: EnvValue.fromValue('http://$(HOST):$(PORT)/$(CIRCLE_B)'),
    HOST: EnvValue.fromValue('example.com'),
    PORT: EnvValue.fromValue('80'),
    CIRCLE_A: EnvValue.fromValue('$(CIRCLE_B)'),
    CIRCLE_B: EnvValue.fromValue('$(CIRCLE_A)'),
    SIZE: EnvValue.fromValue(Program.field('size')),
    PATHS: EnvValue.fromValue(`${Program.field('size')}/${Program.ITEM}`),
  });
  const broker = new RabbitMQ(chart, 'rabbitmq', {
    replicas: 3,
    config: map({ 'log.console.level': 'debug', channel_max: '100', heartbeat: '30', 'log.console': 'true' }),
  });
  const items = WorkItems.combinations(
    Axis.of('size', [1, 2]),
    Axis.of('options', [map<unknown>({ b: [map({ z: 1, y: 2 })], a: map({ 10: 1, 9: 2, x: null }) })]),
  );
  const queue = new QueueSeeder(chart, 'items', { broker, items });
  const volumes = () => {
    const settings = ConfigMap.fromConfigMapName(chart, 'Settings', 'settings');
    const files = map({ a: { path: 'a' }, c: { path: 'c' }, b: { path: 'b' } });
    return [
      Volume.fromConfigMap(chart, 'SettingsVolume', settings, { items: files }),
      Volume.fromCsi(chart, 'Csi', 'csi.example.com', { attributes: map({ b: '1', a: '2' }) }),
    ];
  };
  const program = Program.command('cat');
  const job = new CoarseWorkerJob(chart, 'job', {
    ...{ queue, image: 'busybox:1.37', program, envVariables, podMetadata },
    volumes: volumes(),
  });
  const added = map({ ADDED_B: EnvValue.fromValue('$(ADDED_A)'), ADDED_A: EnvValue.fromValue('$(URL)') });
  for (const [name, value] of Object.entries(added)) job.worker.env.addVariable(name, value);
  job.addContainer({ name: 'sidecar', image: 'busybox:1.37', envVariables: added });
  job.scheduling.separate(Pods.select(chart, 'Others', { labels }), { topology: Topology.HOSTNAME });

  const existing = RabbitMQ.fromExisting(chart, 'existing', {
    ...{ host: 'rabbitmq.example.com', clientLabels: labels },
    secret: broker.connection.credentials,
  });
  const pooled = new QueueSeeder(chart, 'pooled', { broker: existing, items });
  new WorkerPool(chart, 'pool', {
    ...{ queue: pooled, workers: 2, image: 'busybox:1.37', program, envVariables, podMetadata },
  });
  return Yaml.stringify(...chart.toJson());
}

/** A random order that is always the same for a seed. */
function shuffled(seed: number): Reordered {
  let state = seed;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state;
  };
  return (map) =>
    Object.fromEntries(
      Object.entries(map)
        .map((entry) => [random(), entry] as const)
        .sort(([a], [b]) => a - b)
        .map(([, entry]) => entry),
    );
}

const AS_GIVEN: Reordered = (map) => ({ ...map });
const REVERSED: Reordered = (map) => Object.fromEntries(Object.entries(map).reverse());
const SORTED: Reordered = (map) => Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

test.each<[string, Reordered]>([
  ['the opposite', REVERSED],
  ['an alphabetical', SORTED],
  ...[1, 2, 3, 4, 5].map((seed): [string, Reordered] => [`random (${seed})`, shuffled(seed)]),
])('all maps in %s order lead to the same bytes, as from Java and Go', (_, map) => {
  expect(manifest(map) === manifest(AS_GIVEN)).toBe(true);
});
