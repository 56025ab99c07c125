// A program that is a client of RabbitMQ itself, here in Python with pika: this package starts the broker, fills the queue and
// makes the Job. docs/own-consumers.md describes what such a program has to do.
import { App, Chart } from 'cdk8s';
import { ConfigMap, EnvValue, Volume } from 'cdk8s-plus-28';
import { CoarseWorkerJob, Delivery, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'factors');

const numbers = new QueueSeeder(chart, 'numbers', {
  broker: new RabbitMQ(chart, 'rabbitmq'),
  items: WorkItems.list(['12', '17', '28', '36', '97', '360', '496', '1001']),
});

// Your image will have pika. This one has not, so the pods mount it from a ConfigMap; Python imports from a wheel as it is:
//   pip download --no-deps --dest wheels 'pika>=1.3,<2'
//   kubectl create configmap pika --from-file=pika.whl="$(ls wheels/pika-*.whl)"
const pika = ConfigMap.fromConfigMapName(chart, 'PikaFiles', 'pika');

new CoarseWorkerJob(chart, 'factor', {
  queue: numbers,
  image: 'python:3.13-slim',
  program: Program.script('examples/consume.py', { interpreter: ['python3'] }),
  delivery: Delivery.none(),
  // The program reads this as ITEMS_PER_POD: three pods for eight numbers.
  itemsPerPod: 3,
  parallelism: 2,
  envVariables: { PYTHONPATH: EnvValue.fromValue('/libraries/pika.whl') },
  volumeMounts: [
    { path: '/libraries', volume: Volume.fromConfigMap(chart, 'Pika', pika, { name: 'pika' }), readOnly: true },
  ],
});

app.synth();
