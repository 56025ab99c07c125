// The rows of a table, a few thousand at a time: an item is a range of keys, as JSON on the standard input of a script.
import { App, Chart, Duration } from 'cdk8s';
import { CoarseWorkerJob, Network, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'key-ranges');

const parcels = new QueueSeeder(chart, 'parcels', {
  broker: new RabbitMQ(chart, 'rabbitmq'),
  // {"from":1,"to":2501} and so on; `to` does not belong to the range. For keys beyond 2^53, use bigKeyRanges.
  items: WorkItems.keyRanges({ from: 1, to: 12_001, size: 2500 }),
});

new CoarseWorkerJob(chart, 'convert', {
  queue: parcels,
  image: 'python:3.13-slim',
  // The script becomes part of the manifest. If it needs a driver for the database, use an image that has one.
  program: Program.script('examples/convert.py', { interpreter: ['python3'] }),
  // Without this, the program reaches only the broker and DNS, but no database. Pass the database's password with
  //   envVariables: { DATABASE_URL: EnvValue.fromSecretValue({ secret, key: 'url' }) }
  network: Network.OPEN,
  // The database must accept this many connections.
  parallelism: 2,
  // This is long enough for a range on a busy day. A transaction that hangs ends with its program.
  itemTimeout: Duration.minutes(10),
});

app.synth();
