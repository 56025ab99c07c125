// As main.ts, with as many items of a kind as the environment says.
import { App, Chart } from 'cdk8s';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';
import { benchItems, type Kind } from './bench-items';

const app = new App();
const chart = new Chart(app, 'scans');
const broker = new RabbitMQ(chart, 'rabbitmq');
const items = benchItems(WorkItems, process.env.ITEMS_KIND as Kind, Number(process.env.ITEMS));
const queue = new QueueSeeder(chart, 'scans', { broker, items });
new CoarseWorkerJob(chart, 'read', { queue, image: 'busybox:1.37', program: Program.command('cat'), parallelism: 2 });
app.synth();
