import { JsonDisplay, LineDisplay } from '../../../cli/commands/watch-display';
import type { WorkerSummary } from '../../../cli/run-state/job-summary';
import type { RunState } from '../../../cli/run-state/run-state';
import { colorsFor } from '../../../cli/terminal/colors';
import { render } from '../../../cli/terminal/spans';
import { changes } from '../../../cli/view/run-line';
import { barLine, runScreen } from '../../../cli/view/run-screen';
import { countWords, itemName, paceWords } from '../../../cli/view/run-words';
import { runsTable } from '../../../cli/view/runs-table';

const plain = colorsFor({}, {});

const JOB: WorkerSummary = {
  name: 'fruits-eat-1',
  created: '2026-11-28T10:00:00.000Z',
  suspended: false,
  active: 2,
  succeeded: 3,
  failed: 0,
  kind: 'CoarseWorkerJob',
  completions: 8,
  parallelism: 2,
  itemsPerPod: 1,
  maxAttempts: 3,
  toleratedDeadLetters: 0,
};

function stateWith(more: Partial<RunState> = {}): RunState {
  return {
    version: 1,
    time: '2026-11-28T10:02:03.000Z',
    namespace: 'research',
    run: 'fruits',
    queue: 'fruits-2bd4f35d9f',
    phase: 'Running',
    items: { total: 8, done: 3, dead: 1, atWork: 2, waiting: 2 },
    countedBy: 'ledger',
    worker: JOB,
    formerWorkers: [],
    slowest: [],
    stuckPods: [],
    lastFailures: [],
    deadLetters: [],
    ...more,
  };
}

const FAILURE = {
  ...{ item: 2, text: 'cherry\u001b[31m', attempt: 1, reason: 'exit 3', pod: 'fruits-eat-1-2-x' },
  time: '2026-11-28T10:02:00.000Z',
};
const STDERR = 'Traceback:\n  in basket.py\n\nno such file\u001b[2J: cherry\r\n';

test('a screen shows all that is known of a run', () => {
  const state = stateWith({
    itemsPerSecond: 0.75,
    timeLeft: { fromSeconds: 3.4, toSeconds: 5.2 },
    slowest: [{ item: 3, text: 'date', attempt: 2, pod: 'fruits-eat-1-3-y', node: 'n', started: '', seconds: 12.3 }],
    stuckPods: [{ pod: 'fruits-eat-1-4-z', seconds: 120, reason: 'ImagePullBackOff: image a:1: not found' }],
    lastFailures: [
      { ...FAILURE, stderr: STDERR },
      { ...FAILURE, item: 3, text: 'date' },
    ],
    deadLetters: [{ item: 2, description: '"cherry" (exit 3)', pod: 'p' }],
  });
  expect(runScreen(state).map((line) => render(line, plain))).toEqual([
    'fruits  Running  for 2 min 3 s',
    '███████████xxx▒▒▒▒▒▒▒········· 3 of 8 done, 2 at work, 2 waiting, 1 dead',
    '0.75 items/s, 3 s to 5 s left',
    'Queue fruits-2bd4f35d9f',
    'Job fruits-eat-1: 2 pods active of at most 2, 3 succeeded, 0 failed; 8 completions',
    '',
    'At work, the slowest first',
    '  item 3 "date"  12 s  attempt 2  fruits-eat-1-3-y',
    '',
    'Stuck pods',
    '  fruits-eat-1-4-z  2 min  ImagePullBackOff: image a:1: not found',
    '',
    'Last failures',
    '  item 2 "cherry\\u001b[31m"  attempt 1  exit 3  3 s ago  fruits-eat-1-2-x',
    '      in basket.py',
    '    no such file\\u001b[2J: cherry',
    '  item 3 "date"              attempt 1  exit 3  3 s ago  fruits-eat-1-2-x',
    '',
    'Dead letters',
    '  item 2 "cherry" (exit 3)',
  ]);
});

test('a screen of a run that is over has the verdict', () => {
  const verdict = 'Failed: all 8 items settled: 7 done, 1 dead letter';
  expect(runScreen(stateWith({ phase: 'Failed', verdict })).map((line) => render(line, plain))).toContain(verdict);
});

test('a line of the overview fits into the terminal', () => {
  const line = barLine(stateWith(), 10);
  expect(render(line, plain)).toBe(
    'fruits     ███████████xxx▒▒▒▒▒▒▒········· 3 of 8 done, 2 at work, 2 waiting, 1 dead',
  );
  expect(render(line, plain, 20)).toHaveLength(20);
});

test('colours are escape sequences around the same text', () => {
  const colored = render(barLine(stateWith(), 10), colorsFor({ isTTY: true }, {}));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what the test is about
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(render(barLine(stateWith(), 10), plain));
  expect(colored).not.toBe(render(barLine(stateWith(), 10), plain));
});

describe('the changes of a state', () => {
  test('are its first line, and then nothing while only the pace changes', () => {
    const state = stateWith({ itemsPerSecond: 2 });
    expect(changes(undefined, state)).toEqual([
      'fruits: Running, 3 of 8 done, 2 at work, 2 waiting, 1 dead; 2 items/s',
    ]);
    expect(changes(state, { ...state, itemsPerSecond: 3, time: '2026-11-28T10:02:09.000Z' })).toEqual([]);
  });

  test('are new counts, stuck pods and failures, each once', () => {
    const before = stateWith();
    const stuckPods = [{ pod: 'p', seconds: 5, reason: 'Pending: no\u202e node' }];
    const after = stateWith({
      items: { total: 8, done: 4, dead: 1, atWork: 1, waiting: 2 },
      stuckPods,
      lastFailures: [{ ...FAILURE, item: 3, text: 'date', stderr: STDERR }, FAILURE],
    });
    expect(changes(before, after)).toEqual([
      'fruits: pod p is stuck: Pending: no\\u202e node',
      'fruits: item 2 "cherry\\u001b[31m": attempt 1 failed (exit 3) in pod fruits-eat-1-2-x',
      'fruits: item 3 "date": attempt 1 failed (exit 3) in pod fruits-eat-1-2-x: "no such file\\u001b[2J: cherry"',
      'fruits: Running, 4 of 8 done, 1 at work, 2 waiting, 1 dead',
    ]);
    expect(changes(after, { ...after, stuckPods: [{ ...stuckPods[0], seconds: 9 }] })).toEqual([]);
  });

  test('are the verdict at the end', () => {
    expect(changes(stateWith(), stateWith({ phase: 'Complete', verdict: 'Complete: 8 of 8 items done' }))).toEqual([
      'fruits: Complete: 8 of 8 items done',
    ]);
  });
});

test('in a pipe a trouble is told once, until the cluster answers again', () => {
  const printed: string[] = [];
  const display = new LineDisplay((line) => printed.push(line));
  display.show([stateWith()]);
  for (const trouble of ['away', 'away']) display.trouble(trouble);
  display.show([stateWith()]);
  display.trouble('away');
  expect(printed.slice(1)).toEqual(['away', 'away']);
});

test('with --json there is an object for each change', () => {
  const printed: object[] = [];
  const display = new JsonDisplay((value) => printed.push(value));
  const [first, same, later] = [stateWith(), stateWith({ itemsPerSecond: 1 }), stateWith({ phase: 'Complete' })];
  for (const state of [first, same, later]) display.show([state]);
  expect(printed).toEqual([first, later]);
});

test('the table of runs says what is not known', () => {
  const unknown = stateWith({ run: 'other', items: { total: 5 }, phase: 'Seeding' });
  expect(runsTable([stateWith({ queues: ['a', 'b'] }), unknown])).toEqual([
    'RUN     STATE    ITEMS  DONE  DEAD  AGE        LEFT OF IT',
    'fruits  Running  8      3     1     2 min 3 s  1 Job, 2 queues',
    'other   Seeding  5      ?     ?     2 min 3 s  1 Job, ? queues',
  ]);
});

test.each([
  [{ itemsPerSecond: 123.4 }, '123 items/s'],
  [{ itemsPerSecond: 0.75 }, '0.75 items/s'],
  [{ itemsPerSecond: 0.02 }, '1.2 items/min'],
  [{ itemsPerSecond: 0.0005 }, '1.8 items/h'],
  [{ timeLeft: { fromSeconds: 100, toSeconds: 100 } }, 'about 100 s left'],
  [{ timeLeft: { fromSeconds: 0.2, toSeconds: 700 } }, '1 s to 12 min left'],
  [{}, ''],
])('paceWords(%j) is %j', (pace, words) => {
  expect(paceWords(pace)).toBe(words);
});

test('what is not known of the items is not told', () => {
  expect(countWords({ total: 8 })).toBe('8 items');
  expect(countWords({ total: 8, done: 8, dead: 0 })).toBe('8 of 8 done, 0 dead');
  expect(itemName({ item: 3 })).toBe('item 3');
});
