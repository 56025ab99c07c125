import { App, Chart, Duration } from 'cdk8s';
import { Construct } from 'constructs';
import {
  CoarseWorkerJob,
  type IWorkQueue,
  Program,
  QueueSeeder,
  RabbitMQ,
  WorkerPool,
  WorkItems,
} from '../../../lib/index';
import { FRUITS, newChart } from '../../../tools/synthesized-run';

function queueIn(chart: Chart): QueueSeeder {
  const broker = new RabbitMQ(chart, 'rabbitmq');
  return new QueueSeeder(chart, 'fruits', { broker, items: WorkItems.list(FRUITS) });
}

const propsOf = (queue: IWorkQueue) => ({ queue, image: 'busybox:1.37', program: Program.command('cat') });

const KINDS = {
  CoarseWorkerJob: (scope: Construct, id: string, queue: IWorkQueue) => new CoarseWorkerJob(scope, id, propsOf(queue)),
  WorkerPool: (scope: Construct, id: string, queue: IWorkQueue) =>
    new WorkerPool(scope, id, { ...propsOf(queue), workers: 2 }),
};

const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];

test.each(kinds.flatMap((first) => kinds.map((second) => [second, first] as const)))(
  'a %s on a queue that has a %s is an error that says what would happen and what to do',
  (second, first) => {
    const chart = newChart();
    const queue = queueIn(chart);
    KINDS[first](chart, 'eat', queue);
    expect(() => KINDS[second](chart, 'drink', queue)).toThrow(
      `${second} 'test/drink': its queue 'test/fruits' already has the ${first} 'test/eat'; the two Jobs would split the ` +
        'items between them, so each program would run on only some of the items. To run both programs on all items, ' +
        'create a QueueSeeder for each Job. For more pods, increase parallelism or workers of one Job.',
    );
  },
);

test('a second Job on a queue is an error in another chart too', () => {
  const app = new App();
  const queue = queueIn(new Chart(app, 'one', { namespace: 'a' }));
  KINDS.WorkerPool(new Chart(app, 'two', { namespace: 'a' }), 'eat', queue);
  expect(() => KINDS.CoarseWorkerJob(new Chart(app, 'three', { namespace: 'a' }), 'eat', queue)).toThrow(
    "CoarseWorkerJob 'three/eat': its queue 'one/fruits' already has the WorkerPool 'two/eat'",
  );
});

test('a second Job on a queue is an error in another stage too', () => {
  const app = new App();
  const chart = new Chart(new Construct(app, 'production'), 'fruits');
  const queue = queueIn(chart);
  KINDS.WorkerPool(chart, 'eat', queue);
  expect(() => KINDS.WorkerPool(new Chart(new Construct(app, 'test'), 'fruits'), 'eat', queue)).toThrow(
    "WorkerPool 'test/fruits/eat': its queue 'production/fruits/fruits' already has",
  );
});

test('a Job that is refused for another reason does not count', () => {
  const chart = newChart();
  const queue = queueIn(chart);
  expect(() => new WorkerPool(chart, 'wrong', { ...propsOf(queue), workers: 0 })).toThrow('workers is 0');
  expect(() => KINDS.WorkerPool(chart, 'right', queue)).not.toThrow();
});

test('consumers of the user beside a Job are accepted, because the user knows how they share the items', () => {
  const chart = newChart();
  const queue = queueIn(chart);
  queue.attachWorker({ holdItems: Duration.hours(1) });
  KINDS.CoarseWorkerJob(chart, 'eat', queue);
  queue.attachWorker({ holdItems: Duration.hours(1) });
  expect(() => chart.toJson()).not.toThrow();
});
