import { App, Chart } from 'cdk8s';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'fruits');

const broker = new RabbitMQ(chart, 'rabbitmq');
const fruits = new QueueSeeder(chart, 'fruits', {
  broker,
  items: WorkItems.list(['apple', 'banana', 'cherry', 'date', 'fig', 'grape', 'lemon', 'melon']),
});
new CoarseWorkerJob(chart, 'eat', {
  queue: fruits,
  image: 'busybox:1.37',
  program: Program.command('sh', '-c', 'echo "Processing $(cat)"; sleep 1'),
  parallelism: 2,
});

app.synth();
