import { Duration } from 'cdk8s';
import { ContainerName } from '../../../lib/contract/containers';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import {
  CoarseWorkerJob,
  Program,
  QueueSeeder,
  RabbitMQ,
  WorkerPool,
  type WorkerPoolProps,
  WorkItems,
} from '../../../lib/index';
import { container, env, FRUITS, type Json, newChart } from '../../../tools/synthesized-run';

/** The only pool of a chart, and its manifest. */
function pooled(props: Partial<WorkerPoolProps> = {}, id = 'eat') {
  const chart = newChart();
  const broker = new RabbitMQ(chart, 'rabbitmq');
  const queue = new QueueSeeder(chart, 'fruits', { broker, items: WorkItems.list(FRUITS) });
  const program = Program.command('cat');
  const pool = new WorkerPool(chart, id, { queue, image: 'busybox:1.37', program, workers: 3, ...props });
  const manifest: Json = (chart.toJson() as Json[]).find(
    ({ kind, metadata }) => kind === 'Job' && metadata.name === pool.name,
  );
  return { chart, broker, queue, pool, manifest };
}

describe('the Job of a pool', () => {
  test('the Job is Indexed, with `workers` as its completions and its parallelism', () => {
    const { pool, manifest } = pooled({ workers: 10 });
    expect(pool.workers).toBe(10);
    expect(manifest.spec).toMatchObject({ completionMode: 'Indexed', completions: 10, parallelism: 10 });
  });

  test('`workers` may exceed the number of items', () => {
    expect(pooled({ workers: 100 }).manifest.spec.completions).toBe(100);
  });

  test('`backoffLimitPerIndex` is 6 by default, and no other limit ends the Job', () => {
    const { spec } = pooled().manifest;
    expect(spec.backoffLimitPerIndex).toBe(6);
    expect(spec).not.toHaveProperty('backoffLimit');
    expect(spec).not.toHaveProperty('maxFailedIndexes');
    expect(spec).not.toHaveProperty('successPolicy');
    expect(pooled({ backoffLimitPerIndex: 0 }).manifest.spec.backoffLimitPerIndex).toBe(0);
  });

  test('`podFailurePolicy` and the other fields are those of a CoarseWorkerJob', () => {
    const { chart, broker, manifest } = pooled({ ttlAfterFinished: Duration.days(1) });
    const queue = new QueueSeeder(chart, 'nuts', { broker, items: WorkItems.list(FRUITS) });
    const props = { queue, image: 'busybox:1.37', program: Program.command('cat') };
    const job = new CoarseWorkerJob(chart, 'crack', { ...props, ttlAfterFinished: Duration.days(1) });
    const other: Json = (chart.toJson() as Json[]).find(({ metadata }) => metadata.name === job.name);
    expect(manifest.spec.podFailurePolicy).toEqual(other.spec.podFailurePolicy);
    expect(manifest.spec.podFailurePolicy.rules[0]).toMatchObject({
      action: 'FailJob',
      onExitCodes: { values: [ExitCode.TOO_MANY_DEAD_LETTERS, ExitCode.ITEMS_LOST] },
    });
    expect(manifest.spec.activeDeadlineSeconds).toBe(other.spec.activeDeadlineSeconds);
    expect(manifest.spec.ttlSecondsAfterFinished).toBe(86_400);
  });
});

describe('the pod of a pool', () => {
  test('the courier knows no count that would end the pod, but an age', () => {
    const courier = env(pooled().manifest, ContainerName.COURIER);
    expect(courier).not.toHaveProperty(EnvName.COMPLETIONS);
    expect(courier).not.toHaveProperty(EnvName.ITEMS_PER_POD);
    expect(courier[EnvName.MAX_POD_SECONDS]).toBe(String(12 * 60 * 60));
    expect(courier[EnvName.MAX_ATTEMPTS]).toBe('3');
  });

  test('the deadline of a pod is its age limit, the time of all attempts of an item, and an hour', () => {
    const times = { itemTimeout: Duration.seconds(100), terminationGracePeriod: Duration.seconds(10), maxAttempts: 2 };
    const { spec } = pooled(times).manifest.spec.template;
    expect(spec.activeDeadlineSeconds).toBe(12 * 3600 + 2 * (100 + 10 + 120) + 3600);
  });

  test('the deadline of a pod is at most ten years', () => {
    const { spec } = pooled({ itemTimeout: Duration.days(24), maxAttempts: 500 }).manifest.spec.template;
    expect(spec.activeDeadlineSeconds).toBe(315_360_000);
  });

  test('the worker is reachable after the constructor, as `worker`', () => {
    expect(container(pooled().manifest, pooled().pool.worker.name).image).toBe('busybox:1.37');
  });
});

describe('the name of a pool', () => {
  const named = (props: Partial<WorkerPoolProps>) => pooled(props).pool.name;

  test('the name begins with the path and ends in a hash', () => {
    expect(named({})).toMatch(/^test-eat-[0-9a-f]{10}$/);
  });

  test('another number of workers changes nothing in the Job but completions and parallelism', () => {
    const [few, many] = [3, 100_000].map((workers) => pooled({ workers }).manifest);
    expect(many.metadata).toEqual(few.metadata);
    expect(many.spec).toEqual({ ...few.spec, completions: 100_000, parallelism: 100_000 });
  });

  test.each<[string, Partial<WorkerPoolProps>]>([
    ['activeDeadline', { activeDeadline: Duration.hours(1) }],
    ['ttlAfterFinished', { ttlAfterFinished: Duration.hours(1) }],
  ])('the name stays with another %s, which Kubernetes accepts on the existing Job', (_, props) => {
    expect(named(props)).toBe(named({}));
  });

  test.each<[string, Partial<WorkerPoolProps>]>([
    ['program', { program: Program.command('tac') }],
    ['backoffLimitPerIndex', { backoffLimitPerIndex: 1 }],
    ['toleratedDeadLetters', { toleratedDeadLetters: 1 }],
  ])('the name changes with another %s, which Kubernetes would refuse on the existing Job', (_, props) => {
    expect(named(props)).not.toBe(named({}));
  });

  // https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/validation/validation.go, ValidateJob
  test("the pods' hostnames, the Job's name and an index, have at most 63 characters, also of the largest pool", () => {
    const { pool } = pooled({ workers: 100_000 }, 'x'.repeat(200));
    expect(`${pool.name}-${pool.workers - 1}`).toMatch(/^[a-z0-9-]{57}$/);
  });
});

describe('an invalid property of a pool', () => {
  test.each<[Partial<WorkerPoolProps>, RegExp]>([
    [{ workers: 0 }, /^WorkerPool 'test\/eat': workers is 0; it must be a whole number from 1 .*Without pods/],
    [{ workers: 1.5 }, /workers is 1\.5/],
    [{ workers: undefined }, /workers is undefined; it must be a number\. Write a number\./],
    [
      { workers: 100_001 },
      /workers is 100001; it must be at most 100000, the maximum of Kubernetes for an Indexed Job\. Use a smaller/,
    ],
    [{ backoffLimitPerIndex: -1 }, /backoffLimitPerIndex is -1; it must be a whole number from 0/],
    [{ maxAttempts: 0 }, /maxAttempts is 0.*tried at least once/],
    [
      { parallelism: 3 } as Partial<WorkerPoolProps>,
      /parallelism is set, but WorkerPoolProps has no property "parallelism"/,
    ],
    [{ backoffLimit: 3 } as Partial<WorkerPoolProps>, /backoffLimit is set, .* Use backoffLimitPerIndex, or omit it/],
  ])('the properties %j are an error', (props, message) => {
    expect(() => pooled(props)).toThrow(message);
  });
});
