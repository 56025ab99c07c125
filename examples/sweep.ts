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
  // The script knows nothing of JSON or of queues: it gets each field of the item as an argument.
  program: Program.script('examples/descend.py', {
    interpreter: ['python3'],
    args: ['rate', 'steepness', 'start'].map((name) => `--${name}=${Program.field(name)}`),
  }),
  parallelism: 2,
  // The items are short: three pods do six each, one after the other, instead of 18 pods.
  itemsPerPod: 6,
  // The script exits with 65 if the numbers diverge. The same numbers would again, so a second attempt would be useless.
  permanentExitCodes: [65, 126, 127],
  // That is a result too: the Job is Complete with up to a quarter of the items as dead letters, each with its reason.
  toleratedDeadLettersPercent: 25,
});

app.synth();
