// Many short items: a fixed number of workers share them. None has a share of its own, so a slow one holds up nobody.
import { App, Chart } from 'cdk8s';
import { Program, QueueSeeder, RabbitMQ, WorkerPool, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'tiles');

const tiles = new QueueSeeder(chart, 'map', {
  broker: new RabbitMQ(chart, 'rabbitmq'),
  // tile-0001 to tile-0060. This is a formula: a million tiles would not make the manifest larger.
  items: WorkItems.frames('tile-%04d', 1, 60),
});

new WorkerPool(chart, 'draw', {
  queue: tiles,
  image: 'busybox:1.37',
  // Yours may be Program.command('/app/draw', Program.ITEM).
  program: Program.command('echo', 'drew', `${Program.ITEM}.png`),
  // Each worker takes tiles until all are settled. Another number and `kubectl apply` resize the running Job.
  workers: 3,
});

app.synth();
