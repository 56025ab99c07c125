import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { useBroker } from '../../../tools/programs/broker';
import { eventually } from '../../../tools/until';
import { journal, useRuns } from '../../support/use-runs';

const DEBUG = { [EnvName.LOG]: 'debug' };

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

describe('the debug log', () => {
  test('is empty unless WORK_QUEUE_LOG is debug', async () => {
    const run = await seeded(['apple']);
    const pod = run.pod(journal(run).program, { [EnvName.LOG]: 'info' });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(pod.courier.log).not.toContain('debug:');
  });

  test('of a courier has each call to the broker with its time, and each word to and from the shim, in their order', async () => {
    const run = await seeded(['apple']);
    const pod = run.pod(journal(run).program, DEBUG);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    const before = [
      'shim: says ready',
      'shim: is told hello',
      'broker: connect: answered after',
      `broker: consume from queue ${run.queue}: answered after`,
      'shim: is told run 1',
    ];
    // The connection for the record is opened while the program runs, so either may come first.
    const meanwhile = ['broker: connect: answered after', 'shim: says exit 1 0'];
    const after = [
      `broker: confirms of queue ${run.queue}.ledger: answered after`,
      'broker: cancel the consumer: answered after',
      'broker: ack of delivery 1',
      'broker: close the connection: answered after',
      'broker: close the connection: answered after',
      'shim: is told quit 0',
    ];
    const steps = [...before, ...meanwhile, ...after];
    const found = debugLines(pod.courier.log).filter((line) => steps.some((step) => line.startsWith(step)));
    const taken = found.map((line) => steps.find((step) => line.startsWith(step)));
    expect(taken.splice(before.length, meanwhile.length).sort()).toEqual(meanwhile);
    expect(taken).toEqual([...before, ...after]);
    expect(debugLines(pod.courier.log)).toContain('broker: delivery 1');
    expect(found[2]).toMatch(/after \d+(\.\d)? (ms|s)$/);
  });

  test('of a seeder and a courier has neither a password nor the body of an item', async () => {
    const run = runOf({ items: [`${'long '.repeat(20)}and secret`], env: DEBUG });
    const seeder = run.seeder(DEBUG);
    expect(await seeder.exit).toBe(ExitCode.DONE);
    const pod = run.pod(journal(run).program);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    for (const { log } of [seeder, pod.courier]) {
      expect(debugLines(log).length).toBeGreaterThan(10);
      expect(log).not.toContain(new URL(broker().url).password);
      expect(log).not.toContain('and secret');
    }
  });

  test('has how a call failed, and the stack traces of the error and of its cause', async () => {
    const run = runOf({ items: ['apple'], env: DEBUG });
    const pod = run.pod(journal(run).program, { [EnvName.BROKER_URL]: 'amqp://guest:guest@127.0.0.1:1' });
    await eventually(() => pod.courier.log.includes('caused by'));
    expect(pod.courier.log).toMatch(/debug: broker: connect: failed \(connect ECONNREFUSED 127\.0\.0\.1:1\) after/);
    expect(pod.courier.log).toMatch(/debug: BrokerError: connect: connect ECONNREFUSED.*\n +at bounded /);
    expect(pod.courier.log).toMatch(/caused by Error: connect ECONNREFUSED/);
  });
});

function debugLines(log: string): string[] {
  return [...log.matchAll(/^\S+ debug: (.*)$/gm)].map(([, line]) => line);
}
