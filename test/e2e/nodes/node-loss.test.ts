import { Duration } from 'cdk8s';
import { EnvFieldPaths, EnvValue, Node, NodeTaintQuery, Pods, TaintEffect, Topology } from 'cdk8s-plus-28';
import { Network, WorkItems } from '../../../lib';
import { node, revive } from '../../../tools/cluster/faults';
import { kubectl } from '../../../tools/cluster/kubectl';
import { useNamespace } from '../../../tools/cluster/namespace';
import { FRUITS, SynthesizedRun } from '../../../tools/synthesized-run';
import { until } from '../../../tools/until';
import { Journal, witness } from '../support/journal';

const STAYS = 'node-1';
const FALLS = 'node-2';

/** On the node that falls the work never ends; the other has its time with each item, so that there is a middle. */
const WITNESS = witness(`if os.environ["NODE"] == "${FALLS}": sleep(100000)`, 'sleep(1)');

/**
 * One pod a node. A Job with a podFailurePolicy puts no pod in the place of one that is lost until the cluster knows that it
 * has ended, which is when the node is back or is deleted. Until then the other pods work on, and then the Job can end.
 */
describe('a node that loses power in the middle of a run', () => {
  const { namespace, faultTest } = useNamespace();
  const journal = new Journal(namespace);
  beforeAll(() => journal.start(STAYS));

  faultTest(
    'without a word to the broker, and is deleted: its item is done elsewhere, and the Job is complete',
    async () => {
      const run = runOf('deleted');
      await runUntilTheMiddle(run);
      // Without a network nobody tells the broker that the connections are gone.
      node('cut', 2);
      node('crash', 2);
      try {
        const [lost] = await startedOn(run, FALLS);
        await allDone(
          run,
          FRUITS.filter((fruit) => fruit !== lost),
        );
        await kubectl('delete', 'node', FALLS);
        await expectComplete(run);
      } finally {
        node('mend', 2);
        await revive(2);
      }
    },
  );

  faultTest('and comes back: every item is done meanwhile, and the Job is complete', async () => {
    const run = runOf('back');
    await runUntilTheMiddle(run);
    node('crash', 2);
    try {
      // The broker sees its connections end, so its item goes to the node that is left at once.
      await allDone(run, FRUITS);
    } finally {
      await revive(2);
    }
    await expectComplete(run);
  });

  function runOf(runId: string): SynthesizedRun {
    const labels = { run: runId };
    const run = new SynthesizedRun({
      items: WorkItems.list(FRUITS),
      seeder: { runId },
      worker: {
        image: 'python:3.13-slim',
        parallelism: 2,
        network: Network.OPEN,
        podMetadata: { labels },
        ...WITNESS,
        envVariables: { ...WITNESS.envVariables, NODE: EnvValue.fromFieldRef(EnvFieldPaths.NODE_NAME) },
      },
    });
    const { scheduling } = run.job;
    scheduling.separate(Pods.select(run.chart, 'SamePods', { labels }), { topology: Topology.HOSTNAME });
    for (const taint of ['unreachable', 'not-ready']) {
      const query = { effect: TaintEffect.NO_EXECUTE, evictAfter: Duration.seconds(3) };
      scheduling.tolerate(Node.tainted(NodeTaintQuery.exists(`node.kubernetes.io/${taint}`, query)));
    }
    // What this is about is the loss of workers.
    run.pin('broker', STAYS);
    return run;
  }

  /** One item is in work on the node that will fall, and the other node has done some. */
  async function runUntilTheMiddle(run: SynthesizedRun): Promise<void> {
    await namespace.apply(run.objects());
    await until('work on both nodes', async () => {
      const entries = await journal.of(run.queue.queueName);
      const ended = new Set(entries.filter(({ what }) => what === 'end').map(({ item }) => item));
      return ended.size > 0 && entries.some(({ item }) => !ended.has(item)) && (await startedOn(run, FALLS)).length > 0;
    });
  }

  async function startedOn(run: SynthesizedRun, nodeName: string): Promise<string[]> {
    const pods = await namespace.podsOf(run.job.name);
    const there = pods.filter(({ spec }) => spec.nodeName === nodeName).map(({ metadata }) => metadata.name);
    const entries = await journal.of(run.queue.queueName);
    return entries.filter(({ what, pod }) => what === 'start' && there.includes(pod)).map(({ item }) => item);
  }

  async function allDone(run: SynthesizedRun, items: string[]): Promise<void> {
    await until(`the end of ${items}`, async () => {
      const ended = await journal.items(run.queue.queueName, 'end');
      return items.every((item) => ended.includes(item));
    });
  }

  async function expectComplete(run: SynthesizedRun): Promise<void> {
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded]).toEqual(['Complete', 8]);
    expect(await journal.items(run.queue.queueName, 'end')).toEqual(FRUITS);
    // The one that fell with the node was begun again.
    expect(await journal.items(run.queue.queueName, 'start')).toHaveLength(9);
  }
});
