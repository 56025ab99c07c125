// The frames of a film, rendered one by one: the program gets the name of a frame as an argument.
import { App, Chart, Duration } from 'cdk8s';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems } from 'cdk8s-work-queue';

const app = new App();
const chart = new Chart(app, 'frames');

const scene = new QueueSeeder(chart, 'scene', {
  broker: new RabbitMQ(chart, 'rabbitmq'),
  // scene_0001 to scene_0024. This is a formula: 200,000 frames would not make the manifest larger.
  items: WorkItems.frames('scene_%04d', 1, 24),
});

new CoarseWorkerJob(chart, 'render', {
  queue: scene,
  image: 'busybox:1.37',
  // Yours may be Program.command('/app/render', '--frame', Program.ITEM). Name the picture after the frame: if a frame is
  // rendered twice, because a node died, it then writes the same file twice.
  program: Program.command('echo', 'rendered', `${Program.ITEM}.png`),
  parallelism: 3,
  // If a pod renders several frames, only the first one waits for the start of a pod.
  itemsPerPod: 4,
  // A frame that hangs does not hold up the film: after this time it is tried again, and finally it is a dead letter.
  itemTimeout: Duration.minutes(20),
});

app.synth();
