// The page's own way: the image has amqp-tools, and amqp-consume gives an item to the program. There is no courier.
import { App, Chart } from 'cdk8s';
import { CoarseWorkerJob, Delivery, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'page');

const job1 = new QueueSeeder(chart, 'job1', {
  broker: new RabbitMQ(chart, 'rabbitmq'),
  items: WorkItems.list(['apple', 'banana', 'cherry', 'date', 'fig', 'grape', 'lemon', 'melon']),
});

new CoarseWorkerJob(chart, 'job-wq-1', {
  queue: job1,
  // The image of the page: python3 and amqp-tools.
  image: 'example.com/job-wq-1:1.0',
  program: Program.script('examples/worker.py', { interpreter: ['python3'] }),
  delivery: Delivery.amqpConsume(),
  parallelism: 2,
});

app.synth();
