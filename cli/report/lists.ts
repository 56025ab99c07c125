import { median } from 'd3-array';
import { duration } from '../../lib/programs/runtime/log';
import { shortened } from '../../lib/programs/runtime/visible';
import type { Attempt } from './attempts';
import { data, type Html, type HtmlValue, html } from './html';
import type { RunCourse } from './run-course';
import type { DeadRecord } from './run-history';
import { table } from './table';
import { count, itemName, percent, since } from './words';

const SLOWEST = 20;
const REASONS = 20;
const STDERR_CHARACTERS = 4000;

export function slowestItems(course: RunCourse): Html {
  const slowest = [...course.attempts].sort((a, b) => b.end - b.start - (a.end - a.start)).slice(0, SLOWEST);
  if (slowest.length === 0) return html`<p>No attempt is known.</p>`;
  return table({
    caption: `The ${count(slowest.length, 'attempt')} that took longest`,
    heads: ['item', 'took', 'outcome', 'attempt', 'began after', 'pod', 'node'],
    rows: slowest.map((attempt) => [
      data(itemName(course, attempt.number)),
      duration(attempt.end - attempt.start),
      outcome(attempt),
      attempt.attempt,
      since(course, attempt.start),
      data(attempt.pod),
      data(attempt.node),
    ]),
  });
}

function outcome({ outcome, reason }: Attempt): HtmlValue {
  const name = outcome === 'dead' ? 'failed' : outcome;
  return reason === undefined ? name : html`${name}: ${data(reason)}`;
}

/** Each of them, with what the program wrote last. */
export function deadLetters(course: RunCourse): Html {
  const { dead } = course;
  if (dead.length === 0) return html`<p>There are no dead letters.</p>`;
  return html`<ol class="letters">${dead.map((record) => deadLetter(course, record))}</ol>`;
}

function deadLetter({ history }: RunCourse, record: DeadRecord): Html {
  const { number, description, attempts, exitCode, signal, pod, node, stderr } = record;
  const text = history.itemTexts?.[number];
  const facts = [
    attempts !== undefined && count(attempts, 'attempt'),
    exitCode !== undefined && `exit code ${exitCode}`,
    signal !== undefined && `signal ${signal}`,
  ].filter((fact) => fact !== false);
  return html`<li><h3>Item ${number}</h3>
<p>${data(description)}</p>
${text === undefined ? undefined : html`<p>The item: ${data(shortened(text, 300))}</p>`}
<p class="where">${facts.length > 0 ? `${facts.join(', ')}; ` : ''}pod ${data(pod)} on ${data(node)}</p>
${stderr ? standardError(number, stderr) : undefined}</li>
`;
}

function standardError(number: number, stderr: string): Html {
  const label = `Standard error of item ${number}`;
  const kept = stderr.slice(-STDERR_CHARACTERS).replace(/^[\udc00-\udfff]/, '');
  return html`<pre tabindex="0" role="group" aria-label="${label}">${data(kept, { lines: true })}</pre>`;
}

/** Why attempts failed or were interrupted, the most frequent reason first. */
export function failureReasons({ attempts }: RunCourse): Html {
  const reasons = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    if (attempt.outcome === 'done' || attempt.outcome === 'running') continue;
    const reason = attempt.reason ?? 'interrupted: the pod has not said why';
    const of = reasons.get(reason);
    if (of) of.push(attempt);
    else reasons.set(reason, [attempt]);
  }
  if (reasons.size === 0) return html`<p>No attempt failed or was interrupted.</p>`;
  const most = [...reasons].sort(([, a], [, b]) => b.length - a.length);
  const rest =
    most.length > REASONS ? html`<p>${count(most.length - REASONS, 'rarer reason')} not shown.</p>` : undefined;
  return html`${table({
    caption: 'Reasons of failed and interrupted attempts',
    heads: ['reason', 'attempts', 'items', 'pods'],
    rows: most
      .slice(0, REASONS)
      .map(([reason, of]) => [data(reason), of.length, distinct(of, 'number'), distinct(of, 'pod')]),
  })}${rest}`;
}

/** A bad node shows here. Nothing if there is only one. */
export function nodes({ attempts }: RunCourse): Html | undefined {
  const byNode = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const of = byNode.get(attempt.node);
    if (of) of.push(attempt);
    else byNode.set(attempt.node, [attempt]);
  }
  if (byNode.size < 2) return undefined;
  const rows = [...byNode]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([node, of]) => {
      const done = of.filter(({ outcome }) => outcome === 'done');
      const bad = of.filter(({ outcome }) => outcome !== 'done' && outcome !== 'running').length;
      const middle = median(done, ({ start, end }) => end - start);
      return [data(node), of.length, bad, percent(bad / of.length), middle === undefined ? '' : duration(middle)];
    });
  const heads = ['node', 'attempts', 'failed or interrupted', 'share', 'median of those done'];
  return table({ caption: 'Attempts by node', heads, rows });
}

function distinct(attempts: readonly Attempt[], key: 'number' | 'pod'): number {
  return new Set(attempts.map((attempt) => attempt[key])).size;
}

/** The faults that were reported, the times in which no item was at work, and the retries. */
export function disturbances(course: RunCourse): Html {
  if (course.disturbances.length === 0)
    return html`<p>No fault was reported, and there was always an item at work.</p>`;
  return table({
    caption: 'Faults, gaps and retries',
    heads: ['began after', 'took', 'what'],
    rows: course.disturbances.map(({ start, end, text }) => [since(course, start), duration(end - start), data(text)]),
  });
}
