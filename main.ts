// The eight fruits of https://kubernetes.io/docs/tasks/job/coarse-parallel-processing-work-queue/
import { App, Chart } from 'cdk8s';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'fruits');

const broker = new RabbitMQ(chart, 'rabbitmq', { serviceName: 'rabbitmq-service' });

const fruits = new QueueSeeder(chart, 'fruits', {
  broker,
  items: WorkItems.list(['apple', 'banana', 'cherry', 'date', 'fig', 'grape', 'lemon', 'melon']),
});

new CoarseWorkerJob(chart, 'eat', {
  queue: fruits,
  image: 'python:3.13-slim',
  program: Program.script('examples/worker.py', { interpreter: ['python3'] }),
  parallelism: 2,
});

app.synth();
