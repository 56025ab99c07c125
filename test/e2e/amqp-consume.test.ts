import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { EnvValue } from 'cdk8s-plus-28';
import { type CoarseWorkerJobProps, Delivery, Program, WorkItems } from '../../lib';
import { ContainerName } from '../../lib/contract/containers';
import { lastWords, useNamespace } from '../../tools/cluster/namespace';
import { FRUITS, type Json, SynthesizedRun } from '../../tools/synthesized-run';
import { until } from '../../tools/until';

/** As on the page: python3 and amqp-tools. */
const IMAGE = 'example.com/job-wq-1';

describe('amqp-consume of the image delivers the items', () => {
  const { namespace, test } = useNamespace();

  function runOf(runId: string, worker: Partial<CoarseWorkerJobProps>, items = WorkItems.list(FRUITS)): SynthesizedRun {
    const way = { image: IMAGE, delivery: Delivery.amqpConsume(), parallelism: 2 };
    const run = new SynthesizedRun({ items, seeder: { runId }, worker: { ...way, ...worker } });
    // It has no tag, so Kubernetes would look for a newer one, and no registry has it.
    const patch = JsonPatch.add('/spec/template/spec/containers/0/imagePullPolicy', 'IfNotPresent');
    ApiObject.of(run.job).addJsonPatch(patch);
    return run;
  }

  const podsOf = async (run: SynthesizedRun): Promise<Json[]> => namespace.podsOf(run.job.name);

  test('each item comes to one pod with one container, and the Job is Complete', async () => {
    const run = runOf('page', { program: Program.script('examples/worker.py', { interpreter: ['python3'] }) });
    const said = await namespace.apply(run.objects());
    expect(said.filter((line) => !line.endsWith(' created'))).toEqual([]);
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 8, 0]);
    // Pods that are there before the broker also say what amqp-consume waits for.
    const processed = (await namespace.output(run.job.name)).filter((line) => line.startsWith('Processing '));
    expect(processed.sort()).toEqual(FRUITS.map((fruit) => `Processing ${fruit}`));
    const pods = await podsOf(run);
    expect(pods.map(({ spec }) => spec.containers.map(({ name }: Json) => name))).toEqual(
      FRUITS.map(() => [ContainerName.WORKER]),
    );
    const words = 'the program has ended with 0, and the item is acknowledged';
    expect(lastWords(pods[0], ContainerName.WORKER)).toBe(words);
  });

  test('an item whose program fails returns to the queue, and a later pod has it', async () => {
    const program = Program.command('sh', '-c', 'cat; echo; [ "$(date +%s)" -ge "$NOT_BEFORE" ] || exit 3');
    const runFrom = (seconds: number) => {
      const envVariables = { NOT_BEFORE: EnvValue.fromValue(String(seconds)) };
      return runOf('again', { program, envVariables, backoffLimit: 100 }, WorkItems.list(['apple']));
    };
    const others = runFrom(0);
    await namespace.apply(others.objects().filter(({ metadata }) => metadata.name !== others.job.name));
    await namespace.ended(others.queue.name);
    const run = runFrom(Math.ceil(Date.now() / 1000) + 15);
    await namespace.apply(run.objects());
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded]).toEqual(['Complete', 1]);
    expect(ended.failed).toBeGreaterThan(0);
    const failed = (await podsOf(run)).find(({ status }) => status.phase === 'Failed');
    const words = 'the program has failed (exit 3); the item returns to the queue';
    expect(lastWords(failed, ContainerName.WORKER)).toBe(words);
  });

  test('an item that always fails ends the Job by backoffLimit', async () => {
    const run = runOf('bad', { program: Program.command('false'), backoffLimit: 1 }, WorkItems.list(['apple']));
    await namespace.apply(run.objects());
    expect((await namespace.ended(run.job.name)).outcome).toBe('Failed: BackoffLimitExceeded');
  });

  test('a pod that is deleted gives its item to the next one', async () => {
    const program = Program.command('sh', '-c', 'cat; echo; trap "exit 1" TERM; sleep 15 & wait $!');
    const run = runOf('deleted', { program, terminationGracePeriod: Duration.seconds(20) }, WorkItems.list(['apple']));
    await namespace.apply(run.objects());
    const pod = await until('a pod with the item', async () => {
      const [first] = await podsOf(run);
      const log = first && (await namespace.log(first.metadata.name, ContainerName.WORKER).catch(() => ''));
      return log?.includes('apple') && first.metadata.name;
    });
    await namespace.run('delete', 'pod', pod, '--wait=false');
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded]).toEqual(['Complete', 1]);
  });
});
