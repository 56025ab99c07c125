// A parameter sweep: all combinations of some values, where a few may fail without harm to the others.
import { App, Chart } from 'cdk8s';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'sweep');

const combinations = new QueueSeeder(chart, 'combinations', {
  broker: new RabbitMQ(chart, 'rabbitmq'),
  // 18 items: {"rate":0.01,"steepness":1,"start":1} and so on. Shuffled, the first that are done are a sample of all.
  items: WorkItems.product({ rate: [0.01, 0.1, 0.3], steepness: [1, 2, 4], start: [1, 10] }).shuffled(1),
});

new CoarseWorkerJob(chart, 'descend', {
  queue: combinations,
  image: 'python:3.13-slim',
  program: Program.script('examples/descend.py', { interpreter: ['python3'] }),
  // The script reads a variable. Its standard input has the same.
  itemVariable: 'PARAMETERS',
  parallelism: 2,
  // Each is short: three pods with six of them, one after the other, instead of 18 pods.
  itemsPerPod: 6,
  // The same numbers fail in the same way: a second attempt would be in vain.
  maxAttempts: 1,
  // Some diverge, which is a result too: the Job is Complete with up to four dead letters, each with the reason.
  toleratedDeadLetters: 4,
});

app.synth();
