// A parameter sweep: all combinations of some values, of which a few may fail without harm to the others.
import { App, Chart } from 'cdk8s';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'sweep');

const combinations = new QueueSeeder(chart, 'combinations', {
  broker: new RabbitMQ(chart, 'rabbitmq'),
  // 18 items: {"rate":0.01,"steepness":1,"start":1} and so on. After the shuffle, the first results are a sample of all.
  items: WorkItems.product({ rate: [0.01, 0.1, 0.3], steepness: [1, 2, 4], start: [1, 10] }).shuffled(1),
});

new CoarseWorkerJob(chart, 'descend', {
  queue: combinations,
  image: 'python:3.13-slim',
  program: Program.script('examples/descend.py', { interpreter: ['python3'] }),
  // The script reads this variable. Its standard input has the same content.
  itemVariable: 'PARAMETERS',
  parallelism: 2,
  // The items are short: three pods do six each, one after the other, instead of 18 pods.
  itemsPerPod: 6,
  // The same numbers fail in the same way, so a second attempt would be useless.
  maxAttempts: 1,
  // Some diverge, which is a result too: the Job is Complete with up to four dead letters, each with its reason.
  toleratedDeadLetters: 4,
});

app.synth();
