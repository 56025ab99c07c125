import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialFile } from '../../../lib/contract/broker-secrets';
import { EnvName, ProgramEnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { DeadLetterHeader, RecordKind } from '../../../lib/contract/message-headers';
import { relatedQueues } from '../../../lib/contract/queues';
import { doneRecord } from '../../../lib/programs/ledger/record';
import { useBroker } from '../../../tools/programs/broker';
import { bundle } from '../../../tools/programs/bundle';
import { LAST_INDEX, type LocalRun, RUN_NAME } from '../../../tools/programs/local-run';
import { PodProgram } from '../../../tools/programs/pod-program';
import { eventually } from '../../../tools/until';
import { pikaWheel } from '../../support/pika';
import { useRuns } from '../../support/use-runs';

const ROOT = join(__dirname, '..', '..', '..');
const NUMBERS = ['12', '17', '28', '36', '97', '360', '496', '1001'];

const broker = useBroker();
const { seeded, runOf } = useRuns(broker);

const folder = mkdtempSync(join(tmpdir(), 'own-consumers-test-'));
const bundled = join(folder, 'consume.js');
let wheel = '';

beforeAll(() => {
  mkdirSync(join(folder, 'credentials'));
  const { username, password } = new URL(broker().url);
  writeFileSync(join(folder, 'credentials', CredentialFile.USERNAME), username);
  writeFileSync(join(folder, 'credentials', CredentialFile.PASSWORD), `${password}\n`);
  writeFileSync(bundled, bundle("import './examples/consume.mts';", ROOT));
  wheel = pikaWheel(folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['examples/consume.py', 'python3', () => join(ROOT, 'examples', 'consume.py')],
  ['examples/consume.mts', process.execPath, () => bundled],
])('%s', (_, interpreter, script) => {
  const pods: PodProgram[] = [];
  afterEach(() => {
    for (const pod of pods.splice(0)) pod.kill('SIGKILL');
  });

  function podOf(run: LocalRun, itemCount: number, itemsPerPod: number): PodProgram {
    const pod = new PodProgram([interpreter, script()], {
      [EnvName.BROKER_URL]: `amqp://${new URL(broker().url).host}/`,
      [EnvName.BROKER_CREDENTIALS_DIR]: join(folder, 'credentials'),
      [EnvName.QUEUE]: run.queue,
      [ProgramEnvName.RUN]: RUN_NAME,
      [EnvName.ITEM_COUNT]: String(itemCount),
      [EnvName.ITEMS_PER_POD]: String(itemsPerPod),
      [EnvName.COMPLETION_INDEX]: String(pods.length),
      [EnvName.POD_NAME]: `pod-${pods.length}`,
      [EnvName.NODE_NAME]: 'node-1',
      PYTHONPATH: wheel,
    });
    pods.push(pod);
    return pod;
  }

  const numbersIn = (...all: PodProgram[]) =>
    all.flatMap((pod) => [...pod.output.matchAll(/^(\d+) has the factors \[/gm)].map(([, number]) => Number(number)));

  test('processes each item once, several in a pod, and the run is settled for a courier', async () => {
    const run = await seeded(NUMBERS);
    const all = [0, 1, 2].map(() => podOf(run, NUMBERS.length, 3));
    for (const pod of all) expect([await pod.exit, pod.output]).toEqual([0, expect.any(String)]);
    expect(numbersIn(...all).sort((a, b) => a - b)).toEqual(NUMBERS.map(Number));
    // The last one takes what the others leave.
    for (const pod of all.slice(0, 2)) expect(numbersIn(pod).length).toBeLessThanOrEqual(3);
    expect(await run.depth()).toBe(0);
    const records = await run.records();
    expect(records.map(({ kind }) => kind)).toEqual(NUMBERS.map(() => RecordKind.DONE));
    expect(records.map(({ id }) => Number(id)).sort()).toEqual(NUMBERS.map((__, n) => n));
    const { pod, node, attempt, started, seconds } = records[0].details;
    expect([pod, node, attempt]).toEqual([expect.stringMatching(/^pod-\d$/), 'node-1', 1]);
    expect([Number.isNaN(Date.parse(started)), Number(seconds) >= 0]).toEqual([false, true]);
    const courier = run.pod(['false'], LAST_INDEX);
    expect(await courier.exit()).toBe(ExitCode.DONE);
    expect(courier.courier.lastWords).toContain('8 items');
  });

  test('makes an item that fails a dead letter, and ends with 20 when the run is settled', async () => {
    const run = await seeded(['12', 'bad', '17']);
    const pod = podOf(run, 3, 3);
    expect(await pod.exit).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(numbersIn(pod)).toEqual([12, 17]);
    const [letter] = await run.messages('dead');
    expect([letter.id, letter.body.toString(), letter.headers.run]).toEqual(['1', 'bad', RUN_NAME]);
    expect(letter.headers[DeadLetterHeader.REASON]).toMatch(/bad/);
    const records = await run.records();
    expect(records.map(({ kind, id }) => [kind, id]).sort()).toEqual([
      [RecordKind.DEAD, '1'],
      [RecordKind.DONE, '0'],
      [RecordKind.DONE, '2'],
    ]);
    const courier = run.pod(['false'], LAST_INDEX);
    expect(await courier.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(courier.courier.lastWords).toMatch(/item 1 /);
  });

  test('waits until the seeder has filled the queue', async () => {
    const run = runOf({ items: ['12'] });
    const pod = podOf(run, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await run.seed();
    expect(await pod.exit).toBe(0);
    expect(numbersIn(pod)).toEqual([12]);
  });

  test('does not process an item again that has a record', async () => {
    const run = await seeded(['12', '17']);
    await run.withBroker(async (model) => {
      const channel = await model.createConfirmChannel();
      const taken = await channel.get(run.queue);
      if (!taken) throw new Error('no item');
      const execution = { attempt: 1, pod: 'pod', node: 'node', started: new Date(0), milliseconds: 1 };
      const { body, ...options } = doneRecord({ queue: run.queue, run: RUN_NAME, itemCount: 2 }, 0, execution);
      channel.sendToQueue(relatedQueues(run.queue).ledger, body, { persistent: true, ...options });
      await channel.waitForConfirms();
    });
    const pod = podOf(run, 2, 2);
    expect(await pod.exit).toBe(0);
    expect(numbersIn(pod)).toEqual([17]);
  });

  test('ends by SIGTERM, and its item returns to the queue', async () => {
    const run = await seeded(['9000000000']);
    const pod = podOf(run, 1, 1);
    await eventually(async () => (await consumers(run)) === 1);
    await eventually(async () => (await run.depth()) === 0);
    pod.kill('SIGTERM');
    expect(await pod.exit).not.toBe(0);
    await eventually(async () => (await run.depth()) === 1);
    expect(await run.records()).toEqual([]);
  });
});

function consumers(run: LocalRun): Promise<number> {
  return run.withBroker(async (model) => (await (await model.createChannel()).checkQueue(run.queue)).consumerCount);
}
