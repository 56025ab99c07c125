import type { ConfirmChannel } from 'amqplib';
import { givenBrokerAddress } from '../../../cli/broker-access/broker-address';
import { StreamTail } from '../../../cli/broker-access/stream-tail';
import { RecordHeader, RecordKind } from '../../../lib/contract/message-headers';
import { relatedQueues } from '../../../lib/contract/queues';
import { Session } from '../../../lib/programs/amqp/session';
import { doneRecord } from '../../../lib/programs/ledger/record';
import type { FakeCluster } from '../../../tools/command-line/fake-cluster';
import { useBroker } from '../../../tools/programs/broker';
import { type LocalRun, RUN_NAME } from '../../../tools/programs/local-run';
import { rabbitmqctl, setPermissions } from '../../../tools/programs/rabbitmqctl';
import { eventually } from '../../../tools/until';
import { ended } from '../../support/cluster-objects';
import { objectsOf } from '../../support/local-run-objects';
import { useCommandLine } from '../../support/use-command-line';
import { useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded } = useRuns(broker);
let cluster: FakeCluster;
const { ran } = useCommandLine({ onCluster: (fake) => (cluster = fake), broker });

/** Writes a record for each item from one number up to another one, and resolves when all are confirmed. */
async function record(channel: ConfirmChannel, run: LocalRun, from: number, to: number): Promise<void> {
  const execution = { attempt: 1, pod: 'pod-0', node: 'node-1', started: new Date(), milliseconds: 1 };
  for (let item = from; item < to; item++) {
    const items = { queue: run.queue, run: RUN_NAME, itemCount: to };
    const { body, messageId, headers } = doneRecord(items, item, execution);
    channel.sendToQueue(relatedQueues(run.queue).ledger, body, { messageId, headers, persistent: true });
  }
  await channel.waitForConfirms();
}

async function withSession(use: (session: Session) => Promise<void>): Promise<void> {
  const session = await Session.open(
    await givenBrokerAddress(broker().url, () => Promise.reject(new Error('not asked'))),
  );
  await use(session).finally(() => session.close());
}

describe('a stream is read up to all that was confirmed before', () => {
  const COUNT = 6000;

  /** Reads the ledger of a run, and resolves to the items that have a record. */
  async function itemsIn(run: LocalRun, onItem: (count: number) => void = () => {}): Promise<Set<string>> {
    const items = new Set<string>();
    const tail = new StreamTail(
      { queue: run.queue, run: RUN_NAME, itemCount: COUNT },
      relatedQueues(run.queue).ledger,
      (message) => {
        const { headers, messageId } = message.properties;
        if (headers?.[RecordHeader.KIND] === RecordKind.DONE) onItem(items.add(messageId).size);
      },
    );
    await withSession(async (session) => {
      await tail.begin(session);
      await tail.untilEnd(session);
      await tail.close();
    });
    return items;
  }

  test('although the broker counts its messages some seconds late', async () => {
    const run = await seeded(['a']);
    await run.withBroker(async (model) => {
      const channel = await model.createConfirmChannel();
      await record(channel, run, 0, 1000);
      await eventually(async () => (await channel.checkQueue(relatedQueues(run.queue).ledger)).messageCount >= 1000);
      await record(channel, run, 1000, COUNT);
      expect((await itemsIn(run)).size).toBe(COUNT);
    });
  });

  test('although the broker stands still for a while', async () => {
    const run = await seeded(['a']);
    await run.withBroker(async (model) => record(await model.createConfirmChannel(), run, 0, COUNT));
    const signal = (name: NodeJS.Signals) => process.kill(-(broker().pid ?? Number.NaN), name);
    const items = await itemsIn(run, (count) => {
      if (count !== 1500) return;
      signal('SIGSTOP');
      setTimeout(() => signal('SIGCONT'), 2000);
    });
    expect(items.size).toBe(COUNT);
  });
});

describe('a broker that takes no message over', () => {
  async function completeRun(): Promise<void> {
    const run = await seeded(['a', 'b']);
    const { seeder, worker, brokerPod, others } = objectsOf(run, broker().url);
    cluster.objects.push(seeder, ended(worker, 'Complete'), brokerPod, ...others);
    await run.withBroker(async (model) => record(await model.createConfirmChannel(), run, 0, 2));
  }

  test('for lack of a permission: status says it, and verify does not pretend to know', async () => {
    await completeRun();
    const restore = setPermissions(broker(), { write: '^$' });
    try {
      const status = await ran(['status', RUN_NAME, '--json']);
      expect(status.code).toBe(0);
      expect(JSON.parse(status.stdout)).toMatchObject({
        ...{ items: { total: 2, done: 2 }, verdict: 'Complete: all 2 items settled' },
        note: expect.stringMatching(
          /^The numbers are those of the broker's last answer\. The broker: .*ACCESS_REFUSED/,
        ),
      });
      const verify = await ran(['verify', RUN_NAME]);
      expect([verify.code, verify.stdout]).toEqual([2, '']);
      expect(verify.stderr).toMatch(
        /ACCESS_REFUSED.* Give the user this permission, or name another user in --broker-url$/m,
      );
    } finally {
      restore();
    }
    const { stdout } = await ran(['status', RUN_NAME, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'Complete: 2 of 2 items done' });
  });

  test('because it is in an alarm: they do not wait for its end', async () => {
    await completeRun();
    rabbitmqctl(broker(), 'set_vm_memory_high_watermark', 'absolute', '1MB');
    try {
      const status = await ran(['status', RUN_NAME, '--json']);
      expect(JSON.parse(status.stdout)).toMatchObject({
        ...{ items: { total: 2, done: 2 }, verdict: 'Complete: all 2 items settled' },
        note: expect.stringContaining('has taken no message over for 10 s, as in an alarm, so its end is not known'),
      });
      const verify = await ran(['verify', RUN_NAME]);
      expect([verify.code, verify.stdout]).toEqual([2, '']);
      expect(verify.stderr).toContain('so its end is not known. Try again');
    } finally {
      rabbitmqctl(broker(), 'set_vm_memory_high_watermark', '0.4');
    }
  });
});
