import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvName } from '../../lib/contract/environment';
import { ExitCode } from '../../lib/contract/exit-codes';
import { useBroker } from '../../tools/programs/broker';
import { eventually } from '../../tools/until';
import { gated } from '../support/use-runs';
import { BROKER_J } from './support/brokers';
import { useClassicRuns } from './support/classic-runs';

const broker = useBroker(BROKER_J.start);
const runOf = useClassicRuns(broker);

test('the guide names the version that is tested', () => {
  const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'other-brokers.md'), 'utf8');
  expect(guide).toContain(`Apache Qpid Broker-J ${broker().version}`);
});

test('a seeder of quorum queues says what the broker refuses', async () => {
  const seeder = runOf(['a']).seeder({ [EnvName.QUEUE_TYPE]: 'quorum' });
  await eventually(() => seeder.log.includes('Unsupported queue declare argument(s)'));
  seeder.kill('SIGTERM');
  expect(await seeder.exit).toBe(ExitCode.STOPPED);
});

test('an item whose ack dies with the broker counts once: Broker-J no longer knows that it had delivered it', async () => {
  const run = runOf(['a', 'b']);
  await run.seed();
  const { program, items, open } = gated(run);
  const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '2' });
  await eventually(() => items().length === 1);
  freeze();
  open();
  await eventually(() => pod.courier.log.includes('attempt 1 of 3 done'));
  await new Promise((resolve) => setTimeout(resolve, 500)); // the ack is on its way
  await broker().kill();
  await broker().restart();
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a', 'a', 'b']);
  expect(await run.depth()).toBe(0);
});

/** It takes what the kernel keeps for it, and does not read it. */
function freeze(): void {
  const { pid } = broker();
  if (pid === undefined) throw new Error('the broker is not a process of ours');
  process.kill(-pid, 'SIGSTOP');
}
