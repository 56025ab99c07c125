import { stripVTControlCharacters } from 'node:util';
import type { FakeCluster } from '../../../tools/command-line/fake-cluster';
import { lastScreen } from '../../../tools/command-line/last-screen';
import { SynthesizedRun } from '../../../tools/synthesized-run';
import { eventually } from '../../../tools/until';
import { appliedJobs, ended, podOf } from '../../support/cluster-objects';
import { useCommandLine } from '../../support/use-command-line';

const ESCAPE = '\u001b[';
const GO_UP = sequence('\\d+A\\r');
const COLOR = sequence('\\d+m');
const run = new SynthesizedRun();
const { seeder, worker } = appliedJobs(run);
const queue = run.queue.queueName;
let cluster: FakeCluster;
const { startOnTerminal } = useCommandLine({ onCluster: (fake) => (cluster = fake) });
beforeEach(() => void cluster.objects.push(seeder, worker, podOf(worker)));

const onTerminal = (args: readonly string[], env: Record<string, string> = {}) =>
  startOnTerminal(args, { TERM: 'xterm', ...env });

test('watch redraws in place on a terminal, leaves the last screen and gives the cursor back', async () => {
  const watch = onTerminal(['watch', queue]);
  await eventually(() => watch.stdout.split(`${ESCAPE}J`).length > 2);
  cluster.objects.splice(0, 2, ended(seeder, 'Complete'), ended(worker, 'Complete'));
  expect(await watch.exit).toBe(0);
  expect(watch.stdout.startsWith(`${ESCAPE}?25l`)).toBe(true);
  expect(watch.stdout.endsWith(`${ESCAPE}?25h`)).toBe(true);
  expect(watch.stdout).toMatch(GO_UP);
  const last = watch.stdout.split(GO_UP).at(-1) ?? '';
  expect(last).toContain(`${ESCAPE}32mComplete`);
  expect(lastScreen(watch.stdout)).toMatch(new RegExp(`^${queue} {2}Complete {2}for `));
  for (const line of last.split('\r\n')) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(60);
});

test('watch without a run has a line for each, until Ctrl-C, which gives the cursor back', async () => {
  const watch = onTerminal(['watch']);
  await eventually(() => watch.stdout.includes(queue));
  watch.type('\u0003');
  expect(await watch.exit).toBe(130);
  expect(watch.stdout.endsWith(`${ESCAPE}?25h`)).toBe(true);
});

test('NO_COLOR takes the colours away, and leaves the rest', async () => {
  const watch = onTerminal(['watch', queue], { NO_COLOR: '1' });
  await eventually(() => watch.stdout.includes(queue));
  watch.type('\u0003');
  expect(await watch.exit).toBe(130);
  expect(watch.stdout).not.toMatch(COLOR);
});

function sequence(rest: string): RegExp {
  return new RegExp(`${ESCAPE.replace('[', '\\[')}${rest}`);
}
