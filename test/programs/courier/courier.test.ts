import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { ITEM_PLACEHOLDER } from '../../../lib/contract/item-templates';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX, RUN_NAME } from '../../../tools/programs/local-run';
import { eventually } from '../../../tools/until';
import { journal, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { runOf, seeded } = useRuns(broker);

describe('a pod', () => {
  test('works on one item, acknowledges it and ends with 0', async () => {
    const run = await seeded(['apple', 'banana']);
    const { program, items } = journal(run);
    const pod = run.pod(program);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['apple']);
    expect(await run.depth()).toBe(1);
    expect(pod.courier.lastWords).toBe('1 item done: item 0 "apple"');
    expect(pod.worker.terminationMessage).toBe('1 item done: item 0 "apple"');
  });

  test('works on `itemsPerPod` items', async () => {
    const run = await seeded(['a', 'b', 'c', 'd']);
    const { program, items } = journal(run);
    expect(await run.pod(program, { [EnvName.ITEMS_PER_POD]: '3' }).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b', 'c']);
    expect(await run.depth()).toBe(1);
  });

  test('ends with 0 when it sees that all items are settled', async () => {
    const run = await seeded(['a', 'b']);
    const { program, items } = journal(run);
    const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '5' });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b']);
    expect(pod.courier.lastWords).toMatch(/^all 2 items settled: 2 done/);
  });

  test('of the last index goes on after `itemsPerPod` items, and ends when it sees that all items are settled', async () => {
    const run = await seeded(['a', 'b', 'c']);
    const { program, items } = journal(run);
    const pod = run.pod(program, LAST_INDEX);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b', 'c']);
    expect(pod.courier.lastWords).toBe(
      'all 3 items settled: 3 done; this pod: 3 items done: item 0 "a", item 1 "b", item 2 "c"',
    );
  });

  test('without an index does not end by its count either', async () => {
    const run = await seeded(['a', 'b']);
    const { program, items } = journal(run);
    const pod = run.pod(program, { [EnvName.COMPLETION_INDEX]: '' });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'b']);
  });

  test('of the last index does not end while another pod still holds an item', async () => {
    const run = await seeded(['slow', 'quick']);
    const gate = join(run.folder, 'gate');
    const busy = journal(run, `[ "$item" != slow ] || until [ -e ${gate} ]; do sleep 0.1; done`);
    const other = run.pod(busy.program);
    await eventually(() => busy.items().length === 1);
    const last = run.pod(busy.program, LAST_INDEX);
    await eventually(() => last.courier.log.includes('waiting for other pods'));
    appendFileSync(gate, '');
    expect(await other.exit()).toBe(ExitCode.DONE);
    expect(await last.exit()).toBe(ExitCode.DONE);
    expect(last.courier.lastWords).toMatch(/^all 2 items settled: 2 done; this pod: 1 item done/);
  });

  test('of the last index does the rest, if an item comes twice as a first delivery', async () => {
    const run = await seeded(['a', 'b']);
    const { program, items } = journal(run);
    // Both pods could end by one item each, and one item would be left.
    await run.withBroker(async (model) => {
      const channel = await model.createConfirmChannel();
      const [first, second] = [await channel.get(run.queue), await channel.get(run.queue)];
      if (!first || !second) throw new Error('the queue has not both items');
      channel.sendToQueue(run.queue, first.content, first.properties);
      channel.sendToQueue(run.queue, first.content, first.properties);
      channel.sendToQueue(run.queue, second.content, second.properties);
      channel.ack(first);
      channel.ack(second);
      await channel.waitForConfirms();
    });
    expect(await run.pod(program).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a']);
    expect(await run.pod(program, LAST_INDEX).exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a', 'a', 'b']);
  });

  test('waits for the seeder', async () => {
    const run = runOf({ items: ['a'] });
    const { program, items } = journal(run);
    const pod = run.pod(program);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(items()).toEqual([]);
    await run.seed();
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['a']);
  });

  test('without an item to take does not end while another pod still holds one', async () => {
    const run = await seeded(['slow']);
    const gate = join(run.folder, 'gate');
    const busy = journal(run, `until [ -e ${gate} ]; do sleep 0.1; done`);
    const worker = run.pod(busy.program);
    await eventually(() => busy.items().length === 1);
    const observer = run.pod(['true']);
    await eventually(() => observer.courier.log.includes('waiting for other pods'));
    appendFileSync(gate, '');
    expect(await worker.exit()).toBe(ExitCode.DONE);
    expect(await observer.exit()).toBe(ExitCode.DONE);
  });

  test('ends at once if the queue has no items', async () => {
    const run = await seeded([]);
    expect(await run.pod(['true']).exit()).toBe(ExitCode.DONE);
  });
});

describe('the program', () => {
  test('has the item, its number, its attempt and its run in its environment', async () => {
    const run = await seeded(['shy', 'x\n']);
    const file = join(run.folder, 'seen');
    const variables = '$WORK_ITEM_INDEX $WORK_ITEM_ATTEMPT $WORK_QUEUE_RUN';
    const program = ['sh', '-c', `echo "${variables} [$ITEM]" >>${file}; [ $(wc -l <${file}) -gt 1 ]`];
    const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '2', [EnvName.ITEM_VARIABLES]: '{"ITEM":[{}]}' });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(readFileSync(file, 'utf8')).toBe(`0 1 ${RUN_NAME} [shy]\n0 2 ${RUN_NAME} [shy]\n1 1 ${RUN_NAME} [x\n]\n`);
  });

  test('has the run that the message names, also in the next pod', async () => {
    const run = await seeded([]);
    await run.withBroker(async (model) => {
      const channel = await model.createConfirmChannel();
      channel.sendToQueue(run.queue, Buffer.from('a'), { messageId: '0', headers: { run: 'monday' } });
      await channel.waitForConfirms();
    });
    const file = join(run.folder, 'seen');
    const program = (then: string) => ['sh', '-c', `echo "$WORK_QUEUE_RUN" >>${file}; ${then}`];
    const first = run.pod(program('exec sleep 1000'));
    await eventually(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
    first.terminate();
    await first.exit();
    expect(await run.pod(program('exit 1'), { [EnvName.MAX_ATTEMPTS]: '1' }).exit()).toBe(ExitCode.DONE);
    expect(readFileSync(file, 'utf8')).toBe('monday\nmonday\n');
    expect((await run.messages('dead'))[0].headers).toMatchObject({ run: 'monday' });
  });

  test('has the item as an argument, inside of one, and as a file', async () => {
    const item = Buffer.concat([Buffer.from('it\'s "$(x)" \\'), Buffer.from([0xff, 0x81, 10, 10])]);
    const run = await seeded([item]);
    const pod = run.pod(['printf', '%s|', ITEM_PLACEHOLDER, 'b c', `--x=${ITEM_PLACEHOLDER}.`], {
      [EnvName.ITEM_ARGUMENTS]: JSON.stringify([null, null, [{}], null, ['--x=', {}, '.']]),
    });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    const expected = Buffer.concat([item, Buffer.from('|b c|--x='), item, Buffer.from('.|')]);
    expect(pod.worker.stdout.equals(expected)).toBe(true);
    expect(readFileSync(join(pod.worker.folder, 'item')).equals(item)).toBe(true);
  });

  test.each([
    ['a NUL', Buffer.from('a\0b'), 'the item cannot be an argument: it contains a NUL byte'],
    [
      'too many bytes',
      Buffer.alloc(131_068, 'x'),
      'the item cannot be an argument: with the text around it, it has 131072 bytes, and the maximum is 131071',
    ],
  ])(
    'never has an item with %s as an argument: it is a dead letter at once, and the next one runs',
    async (_, bad, reason) => {
      const run = await seeded([bad, 'good']);
      const pod = run.pod(['printf', '%s', `--x=${ITEM_PLACEHOLDER}`], {
        [EnvName.ITEM_ARGUMENTS]: JSON.stringify([null, null, ['--x=', {}]]),
        [EnvName.ITEMS_PER_POD]: '2',
      });
      expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
      expect(pod.worker.stdout.toString()).toBe('--x=good');
      const [dead] = await run.messages('dead');
      expect(dead).toMatchObject({ id: '0', headers: { reason, attempts: 0 } });
    },
  );

  test('never has an item with a NUL in a variable: it is a dead letter at once', async () => {
    const run = await seeded([Buffer.from([0])]);
    expect(await run.pod(['true'], { [EnvName.ITEM_VARIABLES]: '{"FRAME":[{}]}' }).exit()).toBe(
      ExitCode.TOO_MANY_DEAD_LETTERS,
    );
    const [dead] = await run.messages('dead');
    expect(dead.headers).toMatchObject({ reason: 'the item cannot be variable FRAME: it contains a NUL byte' });
  });
});

describe('a failing item', () => {
  test('is tried `maxAttempts` times in the same pod, then becomes a dead letter with the reason; the other items are done', async () => {
    const run = await seeded(['good', 'bad', 'fine']);
    const { program, items } = journal(run, '[ "$item" != bad ] || { echo "a bad apple" >&2; exit 3; }');
    const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '3' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['good', 'bad', 'bad', 'bad', 'fine']);
    expect(pod.courier.log).toMatch(
      /item 1 "bad": attempt 2 of 3 failed \(exit 3\) after \d\S* m?s; trying again in \d\S* m?s/,
    );
    expect(pod.courier.lastWords).toBe(
      'all 3 items settled: 2 done, 1 dead letter (0 tolerated): item 1 "bad" (exit 3: "a bad apple")',
    );
    const [dead, ...others] = await run.messages('dead');
    expect(others).toEqual([]);
    expect(dead).toMatchObject({
      id: '1',
      headers: { reason: 'exit 3', 'exit-code': 3, attempts: 3, pod: 'pod-0', stderr: 'a bad apple' },
    });
    expect(dead.body.toString()).toBe('bad');
  });

  test('among many: all are counted, and a few are named', async () => {
    const run = await seeded(Array(105).fill('bad'));
    const pod = run.pod(['false'], { [EnvName.MAX_ATTEMPTS]: '1' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(pod.courier.lastWords).toMatch(
      /^all 105 items settled: 0 done, 105 dead letters \(0 tolerated\): item 0 "bad" \(exit 1\), .*, and 102 more$/,
    );
    expect(await run.depth('dead')).toBe(105);
  });

  test('is tolerated if `toleratedDeadLetters` allows it', async () => {
    const run = await seeded(['bad']);
    const pod = run.pod(['false'], { [EnvName.MAX_ATTEMPTS]: '1', [EnvName.TOLERATED_DEAD_LETTERS]: '1' });
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(pod.courier.lastWords).toContain('1 dead letter (1 tolerated)');
  });

  test('that fails once and then succeeds is done, by the same pod', async () => {
    const run = await seeded(['shy']);
    const { program, items } = journal(run, `[ "$(wc -l <${join(run.folder, 'journal')})" -gt 1 ]`);
    const pod = run.pod(program);
    expect(await pod.exit()).toBe(ExitCode.DONE);
    expect(items()).toEqual(['shy', 'shy']);
    expect(await run.messages('dead')).toEqual([]);
  });

  test('that runs longer than itemTimeout is stopped, and has failed', async () => {
    const run = await seeded(['long']);
    const pod = run.pod(['sleep', '1000'], { [EnvName.ITEM_TIMEOUT_SECONDS]: '1', [EnvName.MAX_ATTEMPTS]: '1' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(pod.courier.lastWords).toContain('longer than itemTimeout (1 s)');
  });

  test('that a signal ends becomes a dead letter that names the signal', async () => {
    const run = await seeded(['x']);
    const pod = run.pod(['sh', '-c', 'kill -SEGV $$'], { [EnvName.MAX_ATTEMPTS]: '1' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    const [dead] = await run.messages('dead');
    expect(dead.headers).toMatchObject({ reason: 'SIGSEGV', signal: 11 });
  });

  test('becomes a dead letter that two pods at the same time both count', async () => {
    const run = await seeded(['x', 'y']);
    const pods = [1, 2, 3].map(() => run.pod(['false'], { [EnvName.MAX_ATTEMPTS]: '1' }));
    for (const pod of pods) {
      expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
      expect(pod.courier.lastWords).toContain('2 dead letters');
    }
  });
});
