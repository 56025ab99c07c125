import { App, Chart } from 'cdk8s';
import { ImagePullPolicy } from 'cdk8s-plus-28';
import { Images } from '../../../lib/index';
import { pullPolicy } from '../../../lib/manifest/pull-policy';
import { container, SynthesizedRun, type SynthesizedRunProps } from '../../../tools/synthesized-run';

function imagesOf(run: SynthesizedRun) {
  return {
    rabbitmq: container(run.statefulSet(), 'rabbitmq').image,
    seeder: container(run.seederJob(), 'seeder').image,
    courier: container(run.workerJob(), 'courier').image,
    worker: container(run.workerJob(), 'worker').image,
  };
}

function runIn(namespace: string, props: SynthesizedRunProps = {}) {
  const app = new App();
  return { app, run: new SynthesizedRun(props, new Chart(app, 'test', { namespace })) };
}

const NODE = 'node:24-slim';
const DIGEST = `sha256:${'0a'.repeat(32)}`;

test('by default the public images are used', () => {
  expect(imagesOf(new SynthesizedRun())).toEqual({
    rabbitmq: 'rabbitmq:4.3',
    seeder: NODE,
    courier: NODE,
    worker: 'busybox:1.37',
  });
});

test('a registry for all of ours at once may be set after they are used, and leaves the worker alone', () => {
  const { app, run } = runIn('x');
  Images.of(app).useRegistry('registry.example.com/mirror/');
  expect(imagesOf(run)).toEqual({
    rabbitmq: 'registry.example.com/mirror/rabbitmq:4.3',
    seeder: 'registry.example.com/mirror/node:24-slim',
    courier: 'registry.example.com/mirror/node:24-slim',
    worker: 'busybox:1.37',
  });
});

test('images can be named each, and are then used as they are', () => {
  const { app, run } = runIn('x');
  Images.of(app).useRegistry('registry.example.com');
  Images.of(app).useNode(`example.com/node@${DIGEST}`);
  Images.of(app).useRabbitMQ('example.com/rabbitmq:4.2');
  expect(imagesOf(run)).toMatchObject({ rabbitmq: 'example.com/rabbitmq:4.2', seeder: `example.com/node@${DIGEST}` });
});

test('the nearest setting wins', () => {
  const { app, run } = runIn('x');
  Images.of(run.queue).useNode('for/seeder:1');
  Images.of(app).useNode('for/all:1');
  expect(imagesOf(run)).toMatchObject({ seeder: 'for/seeder:1', courier: 'for/all:1' });
});

test("the broker's own image comes first", () => {
  const { app, run } = runIn('x', { broker: { image: 'own:1' } });
  Images.of(app).useRabbitMQ('for/all:1');
  expect(imagesOf(run).rabbitmq).toBe('own:1');
});

test('another image is another Job', () => {
  const { app, run } = runIn('x');
  const before = run.queue.name;
  Images.of(app).useNode('example.com/node:24');
  expect(run.queue.name).not.toBe(before);
});

test.each([
  ['useNode', ' '],
  ['useRabbitMQ', 'my image'],
] as const)('%s(%j) is an error', (method, value) => {
  const images = Images.of(new App());
  expect(() => images[method](value)).toThrow(
    new RegExp(`Images\\.of\\(''\\)\\.${method}: .* it is no reference to an image`),
  );
});

test.each(['registry.example.com', 'localhost:5000', 'REGISTRY.example.com:5000/a/b', 'team'])(
  'a registry may be %s',
  (prefix) => {
    const { app, run } = runIn('x');
    Images.of(app).useRegistry(prefix);
    expect(imagesOf(run).seeder).toBe(`${prefix}/${NODE}`);
  },
);

test.each(['', '/', 'https://registry.example.com', 'registry.example.com/a:1', 'registry.example.com/A', undefined])(
  'a registry cannot be %j',
  (prefix) => {
    expect(() => Images.of(new App()).useRegistry(prefix as string)).toThrow(
      /Images\.of\(''\)\.useRegistry: the prefix is .*; it cannot stand before the name of an image\. Give a host/,
    );
  },
);

test.each([
  ['node', ImagePullPolicy.ALWAYS],
  ['node:latest', ImagePullPolicy.ALWAYS],
  ['localhost:5000/node', ImagePullPolicy.ALWAYS],
  ['localhost:5000/node:24', ImagePullPolicy.IF_NOT_PRESENT],
  ['node:24-slim', ImagePullPolicy.IF_NOT_PRESENT],
  [`node@${DIGEST}`, ImagePullPolicy.IF_NOT_PRESENT],
  [`node:latest@${DIGEST}`, ImagePullPolicy.IF_NOT_PRESENT],
])('%s is pulled %s, as Kubernetes has it', (image, policy) => {
  expect(pullPolicy(image)).toBe(policy);
  expect(container(new SynthesizedRun({ worker: { image } }).workerJob(), 'worker').imagePullPolicy).toBe(policy);
});
