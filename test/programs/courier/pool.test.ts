import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { useBroker } from '../../../tools/programs/broker';
import { eventually } from '../../../tools/until';
import { journal, useRuns } from '../../support/use-runs';

const broker = useBroker();
const { seeded } = useRuns(broker);

/** What the courier of a pool has, or has not, in contrast to that of a CoarseWorkerJob. */
const POOL = { [EnvName.COMPLETIONS]: '', [EnvName.ITEMS_PER_POD]: '', [EnvName.MAX_POD_SECONDS]: '43200' };
const SHORT_LIVED = { ...POOL, [EnvName.MAX_POD_SECONDS]: '4' };

const TOO_OLD = 'this pod is as old as it may be, and another one takes its place';

test('a pod of a pool takes items until all are settled, whatever its index', async () => {
  const run = await seeded(['a', 'b', 'c']);
  const { program, items } = journal(run);
  const pod = run.pod(program, POOL);
  expect(await pod.exit()).toBe(ExitCode.DONE);
  expect(items()).toEqual(['a', 'b', 'c']);
  expect(pod.courier.lastWords).toMatch(/^all 3 items settled: 3 done/);
});

test('a pod that has reached MAX_POD_SECONDS ends with 10 after its item, and no other item was delivered to it', async () => {
  const run = await seeded(['slow', 'quick']);
  const { program, items } = journal(run, '[ "$item" != slow ] || sleep 4');
  const pod = run.pod(program, SHORT_LIVED);
  expect(await pod.exit()).toBe(ExitCode.PROGRESSED);
  expect(pod.courier.lastWords).toBe(`${TOO_OLD}; 1 item done: item 0 "slow"`);
  expect(items()).toEqual(['slow']);
  // It counts for a pod that counts, so it was not delivered before.
  const next = run.pod(program);
  expect(await next.exit()).toBe(ExitCode.DONE);
  expect(next.courier.lastWords).toBe('1 item done: item 1 "quick"');
});

test('a pod that has reached MAX_POD_SECONDS while it waits for the items of other pods ends with 10', async () => {
  const run = await seeded(['held']);
  const gate = join(run.folder, 'gate');
  const { program, items } = journal(run, `until [ -e ${gate} ]; do sleep 0.1; done`);
  const busy = run.pod(program, POOL);
  await eventually(() => items().length === 1);
  const idle = run.pod(program, SHORT_LIVED);
  expect(await idle.exit()).toBe(ExitCode.PROGRESSED);
  expect(idle.courier.lastWords).toBe(`${TOO_OLD}; no item done`);
  writeFileSync(gate, '');
  expect(await busy.exit()).toBe(ExitCode.DONE);
});
