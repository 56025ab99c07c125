import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { useBroker } from '../../../tools/programs/broker';
import { journal, useRuns } from '../../support/use-runs';

const { seeded } = useRuns(useBroker());

describe('a permanent exit code', () => {
  test('makes the item a dead letter after one attempt, with a reason that says so; the others are done', async () => {
    const run = await seeded(['good', 'bad', 'fine']);
    const { program, items } = journal(run, '[ "$item" != bad ] || { echo "no such column" >&2; exit 65; }');
    const pod = run.pod(program, { [EnvName.ITEMS_PER_POD]: '3', [EnvName.PERMANENT_EXIT_CODES]: '2,65' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['good', 'bad', 'fine']);
    expect(pod.courier.log).toMatch(
      /item 1 "bad": attempt 1 of 3 failed \(exit 65, which is permanent\) after \S+ m?s; the item becomes a dead letter/,
    );
    expect(pod.courier.lastWords).toBe(
      'all 3 items settled: 2 done, 1 dead letter (0 tolerated): item 1 "bad" (exit 65, which is permanent: "no such column")',
    );
    const [dead] = await run.messages('dead');
    expect(dead.headers).toMatchObject({
      ...{ reason: 'exit 65, which is permanent', 'exit-code': 65, attempts: 1, stderr: 'no such column' },
    });
  });

  test('leaves the attempts of an item that fails with another one', async () => {
    const run = await seeded(['bad']);
    const { program, items } = journal(run, 'exit 3');
    const pod = run.pod(program, { [EnvName.MAX_ATTEMPTS]: '2', [EnvName.PERMANENT_EXIT_CODES]: '2,65' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['bad', 'bad']);
    const [dead] = await run.messages('dead');
    expect(dead.headers).toMatchObject({ reason: 'exit 3', attempts: 2 });
  });

  test('may be that of a later attempt', async () => {
    const run = await seeded(['bad']);
    const { program, items } = journal(run, '[ "$WORK_ITEM_ATTEMPT" = 1 ] && exit 1; exit 2');
    const pod = run.pod(program, { [EnvName.PERMANENT_EXIT_CODES]: '2' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(items()).toEqual(['bad', 'bad']);
    const [dead] = await run.messages('dead');
    expect(dead.headers).toMatchObject({ reason: 'exit 2, which is permanent', attempts: 2 });
  });

  test('may be that of a signal', async () => {
    const run = await seeded(['bad']);
    const pod = run.pod(['sh', '-c', 'kill -SEGV $$'], { [EnvName.PERMANENT_EXIT_CODES]: '139' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    const [dead] = await run.messages('dead');
    expect(dead.headers).toMatchObject({ reason: 'SIGSEGV, which is permanent', attempts: 1 });
  });
});

describe('a program that cannot be started', () => {
  test('because it does not exist (127), costs an item one attempt, and the verdict has the end of what the shell said', async () => {
    const run = await seeded(['apple']);
    const pod = run.pod(['blender', '--frame', '1']);
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    expect(pod.courier.lastWords).toMatch(/"apple" \(exit 127, which is permanent: ".*blender: not found"\)$/);
    const [dead] = await run.messages('dead');
    expect(dead.headers).toMatchObject({ reason: 'exit 127, which is permanent', 'exit-code': 127, attempts: 1 });
  });

  test('because it is not executable (126), costs an item one attempt', async () => {
    const run = await seeded(['apple']);
    const file = join(run.folder, 'render');
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 });
    expect(await run.pod([file]).exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    const [dead] = await run.messages('dead');
    expect(dead.headers).toMatchObject({ reason: 'exit 126, which is permanent', attempts: 1 });
  });

  test('is tried again if no exit code is permanent', async () => {
    const run = await seeded(['apple']);
    const pod = run.pod(['blender'], { [EnvName.MAX_ATTEMPTS]: '2', [EnvName.PERMANENT_EXIT_CODES]: '' });
    expect(await pod.exit()).toBe(ExitCode.TOO_MANY_DEAD_LETTERS);
    const [dead] = await run.messages('dead');
    expect(dead.headers).toMatchObject({ reason: 'exit 127', attempts: 2 });
  });
});
