import { Network, WorkItems } from '../../../lib';
import { relatedQueues } from '../../../lib/contract/queues';
import { node, nodeReady, revive } from '../../../tools/cluster/faults';
import { useNamespace } from '../../../tools/cluster/namespace';
import { type Json, SynthesizedRun, type SynthesizedRunProps } from '../../../tools/synthesized-run';
import { until } from '../../../tools/until';
import { BrokerNodes } from '../support/broker-nodes';
import { Journal, witness } from '../support/journal';

const NUMBERS = Array.from({ length: 200 }, (_, n) => String(n));
const CUT_SECONDS = 15;

/** The tests follow one another: they share a broker of three nodes, on three nodes of the cluster. */
describe('a broker of three nodes', () => {
  const { namespace, test, faultTest } = useNamespace();
  const journal = new Journal(namespace);
  const nodes = new BrokerNodes(namespace, runOf('none').broker);

  test('has a member of every queue on each, although the queues are made while the nodes still start', async () => {
    const run = runOf('first', NUMBERS.slice(0, 10));
    await journal.start();
    await namespace.apply(run.objects());
    await expectComplete(run, 10);
    await nodes.ready();
    // A node that came later gets its member within 30 s: `continuous_membership_reconciliation.interval`.
    await until('a member on each node', async () => (await nodes.queue(run.queue.queueName)).members.length === 3);
    // A stream gets none later.
    const { ledger, events } = relatedQueues(run.queue.queueName);
    for (const stream of [ledger, events]) expect((await nodes.queue(stream)).members).toHaveLength(3);
    const pods = await Promise.all(nodes.pods.map((pod) => namespace.get('pod', pod)));
    expect(new Set(pods.map(({ spec }) => spec.nodeName)).size).toBe(3);
  });

  // Not to the end: a Job puts no pods in the place of those that a lost node holds, and the last items wait for them.
  faultTest("goes on without the leader's node, which crashes, and loses nothing", async () => {
    const run = runOf('crash');
    const fallen = await runToTheMiddle(run);
    node('crash', fallen);
    try {
      await journal.done(run.queue.queueName, NUMBERS.length * 0.7);
    } finally {
      await revive(fallen);
    }
    await expectComplete(run);
    await nodes.ready();
  });

  faultTest("goes on when the leader's node is cut off, and takes it back", async () => {
    const run = runOf('cut');
    const cut = await runToTheMiddle(run);
    node('cut', cut);
    try {
      await new Promise((resolve) => setTimeout(resolve, CUT_SECONDS * 1000));
    } finally {
      node('mend', cut);
    }
    await expectComplete(run);
    await nodeReady(`node-${cut}`);
    await nodes.ready();
  });

  test('loses nothing when all its nodes are killed at once', async () => {
    const run = runOf('all');
    await runToTheMiddle(run);
    await namespace.run('delete', 'pod', ...nodes.pods, '--grace-period=0', '--force');
    await expectComplete(run);
    await nodes.ready();
  });

  test('takes a new password by a rolling restart, and what runs survives it', async () => {
    const run = runOf('password');
    await runToTheMiddle(run);
    const secret = run.broker.connection.credentials.name;
    const old = Buffer.from((await namespace.get('secret', secret)).data.password, 'base64').toString();
    await namespace.run(
      'patch',
      'secret',
      secret,
      '--patch',
      JSON.stringify({ stringData: { password: 'a new one' } }),
    );
    await namespace.run('rollout', 'restart', 'statefulset', nodes.name);
    const ended = await expectComplete(run);
    expect(ended.failed).toBe(0);
    await nodes.ready();
    expect(await nodes.statusOf(0, 'rabbitmqctl', 'authenticate_user', 'work-queue', 'a new one')).toBe(0);
    expect(await nodes.statusOf(0, 'rabbitmqctl', 'authenticate_user', 'work-queue', old)).not.toBe(0);
  });

  test('locks out the former user by a rolling restart when the Secret has another username, and what runs survives it', async () => {
    const run = runOf('username');
    await runToTheMiddle(run);
    await nodes.control('add_user', 'by-hand', 'hand password');
    const secret = run.broker.connection.credentials.name;
    const { data } = await namespace.get('secret', secret);
    const [former, password] = [data.username, data.password].map((value) => Buffer.from(value, 'base64').toString());
    const letsIn = async (...user: [name: string, password: string]) =>
      (await nodes.statusOf(0, 'rabbitmqctl', 'authenticate_user', ...user)) === 0;
    expect(await letsIn(former, password)).toBe(true);
    const username = `it's "another"`;
    await namespace.run('patch', 'secret', secret, '--patch', JSON.stringify({ stringData: { username } }));
    await namespace.run('rollout', 'restart', 'statefulset', nodes.name);
    const ended = await expectComplete(run);
    expect(ended.failed).toBe(0);
    await nodes.ready();
    expect(await letsIn(username, password)).toBe(true);
    expect(await letsIn(former, password)).toBe(false);
    expect(await letsIn('by-hand', 'hand password')).toBe(true);
    for (const pod of nodes.pods) {
      expect(await namespace.log(pod, 'broker-init')).toContain(`former users are locked: "${former}"`);
    }
  });

  /** A run in which a good part is done and more is to do. The journal is on a node that stays; which one will fall is returned. */
  async function runToTheMiddle(run: SynthesizedRun): Promise<number> {
    const objects = run.objects();
    const isWorker = ({ metadata }: Json) => metadata.name === run.job.name;
    await namespace.apply(objects.filter((object) => !isWorker(object)));
    await namespace.ended(run.queue.name);
    const leader = await nodes.leaderNode(run.queue.queueName);
    await journal.stop();
    await journal.start(`node-${(leader % 3) + 1}`);
    await namespace.apply(objects.filter(isWorker));
    await journal.done(run.queue.queueName, NUMBERS.length / 4);
    return leader;
  }

  /** No dead letter is tolerated, so every item is done. */
  async function expectComplete(run: SynthesizedRun, items = NUMBERS.length) {
    const ended = await namespace.ended(run.job.name, 400);
    const done = await journal.items(run.queue.queueName, 'end');
    const twice = done.length - new Set(done).size;
    process.stderr.write(
      `run ${run.queue.runId}: ${ended.outcome}, ${done.length} ends, ${twice} of them not the first\n`,
    );
    expect([ended.outcome, new Set(done).size]).toEqual(['Complete', items]);
    return ended;
  }
});

function runOf(runId: string, list = NUMBERS): SynthesizedRun {
  const worker: SynthesizedRunProps['worker'] = {
    image: 'python:3.13-slim',
    parallelism: 6,
    itemsPerPod: 5,
    network: Network.OPEN,
    ...witness('sleep(1)'),
  };
  return new SynthesizedRun({ items: WorkItems.list(list), broker: { replicas: 3 }, seeder: { runId }, worker });
}
