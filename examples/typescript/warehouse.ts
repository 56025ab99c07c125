// Every kind of item, and most properties of a broker and a worker. The same chart exists in each language.
import { App, Chart, Duration, Size } from 'cdk8s';
import { ConfigMap, Cpu, EnvFieldPaths, EnvValue, Secret, Topology, Volume } from 'cdk8s-plus-28';
import {
  Axis,
  CoarseWorkerJob,
  Images,
  IssuerKind,
  Network,
  Program,
  QueueSeeder,
  QueueType,
  RabbitMQ,
  Tls,
  WorkerPool,
  WorkItems,
} from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'warehouse', { labels: { team: 'logistics', 'cost-center': '4711' } });
Images.of(chart).useRegistry('registry.example.com/mirror');

const broker = new RabbitMQ(chart, 'rabbitmq', {
  replicas: 3,
  storage: Size.gibibytes(2),
  resources: {
    cpu: { request: Cpu.millis(250), limit: Cpu.units(1) },
    memory: { request: Size.mebibytes(512), limit: Size.mebibytes(512) },
  },
  config: { heartbeat: '30', 'log.console.level': 'warning' },
  tls: Tls.certManager({ name: 'internal', kind: IssuerKind.CLUSTER_ISSUER }),
  clientNamespaces: ['reports', 'audit'],
  topologySpread: [{ topology: Topology.ZONE }],
});

const folder = 'examples/warehouse';
const shops = WorkItems.lines(`${folder}/shops.txt`);
const everything = shops
  .concat(
    WorkItems.list(['pallet', '', 'crate']),
    WorkItems.base64(['AP8=', 'aGVsbG8=']),
    WorkItems.json(`${folder}/orders.json`, { pointer: '/orders' }),
    WorkItems.csv(`${folder}/prices.csv`),
    WorkItems.files('**/*.pgm', { root: `${folder}/scans` }),
    WorkItems.range(0, 1, { step: 0.25 }),
    WorkItems.frames('shelf-%03d', 1, 12),
    WorkItems.keyRanges({ from: 0, to: 100, size: 30 }),
    WorkItems.product({ size: ['S', 'M'] }),
    WorkItems.bigKeyRanges({ from: '0', to: '18446744073709551616', size: '9223372036854775808' }),
  )
  .shuffled(7);
const queue = new QueueSeeder(chart, 'everything', {
  broker,
  items: everything,
  queueType: QueueType.QUORUM,
  runId: 'spring',
  activeDeadline: Duration.minutes(10),
});

const settings = new ConfigMap(chart, 'settings', { data: { mode: 'fast', region: 'eu' } });
const scratch = Volume.fromEmptyDir(chart, 'scratch', 'scratch', { sizeLimit: Size.mebibytes(100) });
const token = Secret.fromSecretName(chart, 'token', 'warehouse-token');
new CoarseWorkerJob(chart, 'count', {
  queue,
  image: 'python:3.13-slim',
  program: Program.script(`${folder}/count.py`, { interpreter: ['python3', '-u'], args: [Program.ITEM_FILE] }),
  parallelism: 4,
  itemsPerPod: 5,
  maxAttempts: 2,
  itemTimeout: Duration.minutes(2),
  toleratedDeadLetters: 1,
  envVariables: {
    STAGE: EnvValue.fromValue('test'),
    API_TOKEN: EnvValue.fromSecretValue({ secret: token, key: 'token' }),
    MODE: EnvValue.fromConfigMap(settings, 'mode'),
    POD_IP: EnvValue.fromFieldRef(EnvFieldPaths.POD_IP),
  },
  itemVariable: 'ITEM',
  volumeMounts: [{ path: '/scratch', volume: scratch }],
  resources: { cpu: { request: Cpu.millis(100) }, memory: { request: Size.mebibytes(64), limit: Size.mebibytes(128) } },
  securityContext: { user: 1001, group: 1001 },
  podMetadata: { annotations: { 'example.com/owner': 'logistics', 'example.com/contact': 'pager' } },
  network: Network.OPEN,
});

const prices = new QueueSeeder(chart, 'prices', {
  broker,
  items: WorkItems.combinations(
    Axis.of('shop', ['Berlin', 'Lyon']),
    Axis.of('year', [2025, 2026]),
    Axis.of('rate', [0.07, 0.19]),
    Axis.of('open', [true, null]),
  ),
});
new WorkerPool(chart, 'compute', {
  queue: prices,
  workers: 2,
  image: 'busybox:1.37',
  program: Program.command('echo', Program.field('shop'), `--year=${Program.field('year')}`),
  permanentExitCodes: [2, 126, 127],
  toleratedDeadLettersPercent: 10,
  priorityClassName: 'batch',
});

app.synth();
