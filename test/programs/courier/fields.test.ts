import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { itemTemplate } from '../../../lib/contract/item-templates';
import { Program, WorkItems } from '../../../lib/index';
import { useBroker } from '../../../tools/programs/broker';
import type { LocalPod, LocalRun } from '../../../tools/programs/local-run';
import { useRuns } from '../../support/use-runs';

const { seeded } = useRuns(useBroker());

/** Runs a pod as the constructs would for this program and these variables. */
function podOf(run: LocalRun, program: Program, variables: Record<string, string> = {}): LocalPod {
  const templates = Object.entries(variables).map(([name, value]) => [name, itemTemplate(value)]);
  const args = program._itemArguments();
  return run.pod(program._command(), {
    ...(args && { [EnvName.ITEM_ARGUMENTS]: JSON.stringify(args) }),
    [EnvName.ITEM_VARIABLES]: JSON.stringify(Object.fromEntries(templates)),
    [EnvName.ITEMS_PER_POD]: '10',
  });
}

const NASTY = `it's "$(date)" \`x\` \${HOME} \\n \\ * ~\n\ttwo  lines\n\nä 🍎 \u2028 -n %s`;

describe('the fields of an item', () => {
  test('reach the program as arguments: numbers as they are written, strings byte for byte', async () => {
    const item = `{"lr": 1e-05, "decay":0.10,"big":123456789012345678901234567890,"on":true, "name":${JSON.stringify(NASTY)}}`;
    const run = await seeded([item]);
    const [lr, decay, big, on, name] = ['lr', 'decay', 'big', 'on', 'name'].map(Program.field);
    const program = Program.command('printf', '%s|', '--lr', lr, `--x=${decay},${big}.`, on, name, `-${name}-`, '$x');
    const pod = podOf(run, program);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(pod.worker.stdout.toString()).toBe(
      `--lr|1e-05|--x=0.10,123456789012345678901234567890.|true|${NASTY}|-${NASTY}-|$x|`,
    );
  });

  test('reach the program as variables, beside others', async () => {
    const run = await seeded([JSON.stringify({ lr: 0.5, 'the name': NASTY })]);
    const program = Program.command('sh', '-c', 'printf "%s|" "$LR" "$NAME" "$ITEM"');
    const variables = { LR: Program.field('lr'), NAME: `<${Program.field('the name')}>`, ITEM: Program.ITEM };
    const pod = podOf(run, program, variables);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(pod.worker.stdout.toString()).toBe(`0.5|<${NASTY}>|${JSON.stringify({ lr: 0.5, 'the name': NASTY })}|`);
  });

  test('are those of each item of a formula', async () => {
    const run = await seeded(WorkItems.product({ lr: [0.1, 1e-7], seed: [1, 2] }));
    const pod = podOf(run, Program.command('echo', Program.field('lr'), Program.field('seed')));
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(pod.worker.stdout.toString()).toBe('0.1 1\n0.1 2\n1e-7 1\n1e-7 2\n');
  });

  test.each([
    ['apple', 'field "lr" of the item cannot be an argument: the item is not a JSON object'],
    ['{"rate":1}', 'field "lr" of the item cannot be an argument: the item has no such field'],
    ['{"lr":null}', 'field "lr" of the item cannot be an argument: it is null'],
    ['{"lr":[1]}', 'field "lr" of the item cannot be an argument: it is an array'],
  ])('are missing in %s: it is a dead letter at once, and the next item runs', async (bad, reason) => {
    const run = await seeded([bad, '{"lr":1}']);
    const pod = podOf(run, Program.command('echo', Program.field('lr')));
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(pod.worker.stdout.toString()).toBe('1\n');
    expect(pod.courier.log).toContain(`${reason}; the item becomes a dead letter`);
    const [dead, ...others] = await run.messages('dead');
    expect(others).toEqual([]);
    expect(dead).toMatchObject({ id: '0', headers: { reason, attempts: 0 } });
  });

  test('are missing in a foreign message: it is a dead letter that does not count, and the items are done', async () => {
    const run = await seeded(['{"lr":1}']);
    await run.withBroker(async (model) => {
      const channel = await model.createConfirmChannel();
      channel.sendToQueue(run.queue, Buffer.from('hello'));
      await channel.waitForConfirms();
    });
    const pod = podOf(run, Program.command('echo', Program.field('lr')));
    expect(await pod.exit()).toBe(ExitCode.DONE);
    const [dead] = await run.messages('dead');
    expect(dead.headers.reason).toBe('field "lr" of the item cannot be an argument: the item is not a JSON object');
  });

  test('are missing for a variable: the reason names it', async () => {
    const run = await seeded(['{"lr":"\\u0000"}']);
    const pod = podOf(run, Program.command('true'), { LR: Program.field('lr') });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    const [dead] = await run.messages('dead');
    expect(dead.headers.reason).toBe(
      'field "lr" of the item cannot be variable LR: it contains a NUL or half of a surrogate pair',
    );
  });
});
