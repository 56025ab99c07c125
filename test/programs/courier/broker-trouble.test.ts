import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { useBroker } from '../../../tools/programs/broker';
import { rabbitmqctl } from '../../../tools/programs/rabbitmqctl';
import { eventually } from '../../../tools/until';
import { ledger, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded } = useRuns(broker);

describe('while the broker is in an alarm, a pod', () => {
  const watermark = (...value: string[]) => rabbitmqctl(broker(), 'set_vm_memory_high_watermark', ...value);
  afterEach(() => watermark('0.4'));

  test('that is terminated ends within its grace period, and its item returns to the queue at once', async () => {
    const run = await seeded(['a']);
    const { program, items } = ledger(run, 'exec sleep 1000');
    const pod = run.pod(program);
    await eventually(() => items().length === 1);
    watermark('absolute', '1MB');
    pod.terminate();
    expect(await pod.exit()).toBe(ExitCode.STOPPED);
    expect(pod.courier.log).toContain('the broker is in an alarm');
    expect(pod.courier.lastWords).toMatch(/^terminated: the grace period is over/);
    await eventually(async () => (await run.depth()) === 1);
  });

  test('settles what is done, and holds a dead letter until the alarm is over', async () => {
    const run = await seeded(['bad', 'good']);
    const { program, items } = ledger(run, '[ "$item" = good ]');
    watermark('absolute', '1MB');
    const first = run.pod(program, { [EnvName.MAX_ATTEMPTS]: '1' });
    await eventually(() => first.courier.log.includes('the broker is in an alarm'));
    expect(await run.pod(program).exit()).toBe(ExitCode.DONE);
    watermark('0.4');
    expect(await first.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['bad', 'good']);
  });
});
