import { reportHtml } from '../../../../cli/report/report-html';
import type { RunHistory } from '../../../../cli/report/run-history';
import { HOSTILE, runHistory } from '../../../support/run-histories';

const HISTORY = runHistory({ items: 60, parallelism: 6, itemsPerPod: 5, failing: 9, dying: 23, nodeLoss: 15 });
const REPORT = reportHtml(HISTORY);
/** As a person reads it. */
const TEXT = textOf(REPORT);

test('the report says how many items are done, and how many are dead letters', () => {
  expect(TEXT).toMatch(/items 60 done 58 \(96 %\) dead letters 2 open 0/);
});

test('the report has a bar for each attempt, and each kind of its own', () => {
  const bars = [...REPORT.matchAll(/<rect class="(done|failed|dead|interrupted)" x=[^>]* y=/g)];
  expect(bars.filter(([, kind]) => kind === 'dead')).toHaveLength(2);
  expect(bars.filter(([, kind]) => kind === 'interrupted')).toHaveLength(2);
  expect(TEXT).toContain('72 attempts in 16 pods');
});

test('the report names faults, reasons, nodes, the slowest items and each dead letter with its standard error', () => {
  expect(TEXT).toContain('node-2 was lost, and came back');
  expect(TEXT).toMatch(/longer than itemTimeout \(10 s\) 6 6 \d/);
  expect(TEXT).toMatch(/node-3 \d+ \d/);
  expect(TEXT).toContain('item 55 "tile-00055" 25 s done');
  expect(TEXT).toMatch(/Item 22 "tile-22" \(exit 3: "no such layer"\).*reading layer 7\s+Traceback: layer 22/s);
  expect(TEXT).toContain('Item 45');
});

test('a time in which no item was at work is a gap', () => {
  const [first, last] = [0, 1].map((number) => ({
    ...{ kind: 'done' as const, number, attempt: 1, pod: 'a', node: 'n', seconds: 1 },
    started: `2026-03-01T08:0${number}:00Z`,
  }));
  const report = reportHtml({ ...empty(), records: [first, last] });
  expect(textOf(report)).toContain('59 s no item was at work');
  expect(report).toContain('<rect class="gap"');
});

test('a broker without streams has no events, and the report says what is missing', () => {
  expect(textOf(reportHtml({ ...HISTORY, events: [] }))).toContain(
    'This history has no events, because the broker has no streams',
  );
  expect(TEXT).not.toContain('This history has no events');
});

test('a run that has not begun has a report', () => {
  expect(textOf(reportHtml(empty()))).toMatch(/done 0 \(0 %\).*No attempt is known/s);
});

test('a run without items has a report', () => {
  expect(textOf(reportHtml({ ...empty(), items: 0 }))).toContain('items 0 done 0 (0 %)');
});

test('the report loads nothing and runs nothing but its own script', () => {
  expect(REPORT).not.toMatch(/\b(src|srcset|action|formaction|ping|style)=|url\((?!#)|@import|<link|<iframe|<object/);
  expect([...REPORT.matchAll(/href="([^"]*)"/g)].every(([, target]) => target.startsWith('#'))).toBe(true);
  expect(REPORT).toContain('content="default-src &#39;none&#39;; style-src &#39;sha256-');
  expect(REPORT).not.toContain('unsafe-inline');
});

test('texts of others stay data wherever they appear', () => {
  const report = reportHtml(hostile());
  expect(report.match(/<script/g)).toHaveLength(2);
  expect(report).not.toMatch(/<img|(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  expect(report).toContain('<span class="escape">\\u202e</span>');
});

test('the advice names what other values would have given', () => {
  expect(TEXT).toMatch(/With the values of this run \(parallelism 6, itemsPerPod 5\), the simulation gives \d+ s/);
  expect(TEXT).toMatch(/With a parallelism of 12, the run would have taken \d+ s instead of \d+ s/);
  expect(TEXT).toMatch(/itemsPerPod parallelism 2 parallelism 3 parallelism 6/);
  expect(TEXT).toContain('(this run)');
});

test('a report of 10,000 items takes less than 2 s of a processor', () => {
  const history = runHistory({ items: 10_000, parallelism: 50, itemsPerPod: 20, failing: 40, dying: 900 });
  const start = process.cpuUsage();
  const { length } = reportHtml(history);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(2000);
  expect(length).toBeLessThan(4_000_000);
});

function empty(): RunHistory {
  return { name: 'run', items: 4, parallelism: 2, records: [], events: [], until: '2026-03-01T09:00:00Z' };
}

/** Each text of the history is hostile. */
function hostile(): RunHistory {
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const isText = typeof inner === 'string' && !['kind', 'time', 'until', 'started', 'created'].includes(key);
        return [key, isText && key !== 'finished' ? `${inner}${HOSTILE}` : replace(inner)];
      }),
    );
  };
  return replace(HISTORY) as RunHistory;
}

function textOf(report: string): string {
  return report
    .replace(/<(script|style|svg|nav).*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/[ \n]+/g, ' ');
}
