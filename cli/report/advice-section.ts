import { duration } from '../../lib/programs/runtime/log';
import { type Advice, adviceOf } from './advice';
import { data, type Html, type HtmlValue, html } from './html';
import { beforeRetries, type RunCourse } from './run-course';
import { table } from './table';
import { count, itemName, percent } from './words';

/** A simulation that is further from the run than this says little. */
const TRUSTED = 0.2;

/** A change that saves less than this is not worth it. */
const WORTH = 0.05;

/** What other values of `parallelism` and `itemsPerPod` would have given, by a simulation with the measured durations. */
export function adviceSection(whole: RunCourse): Html {
  const course = beforeRetries(whole);
  const advice = adviceOf(course);
  if (!advice) return html`<p>No attempt is known, so there is nothing to compute advice from.</p>`;
  return html`<ul>${sentences(course, advice).map((sentence) => html`<li>${sentence}</li>`)}</ul>
${grid(advice)}
<p class="note">${basis(course, advice)}</p>`;
}

function sentences(course: RunCourse, advice: Advice): HtmlValue[] {
  const { own, longest, parallelisms, enoughPods } = advice;
  return [
    check(course, advice),
    html`No value makes the run shorter than its longest item: ${data(itemName(course, longest.number))} keeps a pod busy for ${seconds(longest.seconds)}.`,
    parallelismAdvice(advice),
    shareAdvice(advice),
    orderAdvice(advice),
    enoughPods < own.parallelism && parallelisms.length > 1
      ? `A parallelism of ${enoughPods} is nearly as fast, and needs fewer pods at the same time.`
      : undefined,
  ].filter((sentence) => sentence !== undefined);
}

function check({ makespan }: RunCourse, { own, ownMakespan }: Advice): string {
  const off = Math.abs(ownMakespan * 1000 - makespan) / makespan;
  const same = `With the values of this run (${setupText(own.parallelism, own.itemsPerPod)}), the simulation gives ${seconds(ownMakespan)}, and the run took ${duration(makespan)}.`;
  if (off <= TRUSTED || makespan === 0) return same;
  return `${same} These differ by ${percent(off)}: faults, waits for the cluster or pauses of the run are not in the simulation, so compare only simulated times with each other.`;
}

function parallelismAdvice({ own, parallelisms, itemsPerPods, makespans, ownMakespan }: Advice): string {
  const row = makespans[itemsPerPods.indexOf(own.itemsPerPod)];
  const more = parallelisms.findIndex((pods) => pods > own.parallelism);
  if (more < 0) return 'More pods at the same time would bring nothing: each item has its own already.';
  const saved = 1 - row[more] / ownMakespan;
  const change = `${seconds(row[more])} instead of ${seconds(ownMakespan)}`;
  if (saved < WORTH) return `More pods at the same time would bring little: with ${parallelisms[more]}, ${change}.`;
  return `With a parallelism of ${parallelisms[more]}, the run would have taken ${change}, if the cluster has room for these pods and items do not slow each other down.`;
}

function shareAdvice({ own, parallelisms, itemsPerPods, makespans, ownMakespan }: Advice): string {
  const column = makespans.map((row) => row[parallelisms.indexOf(own.parallelism)]);
  const best = column.indexOf(Math.min(...column));
  const saved = 1 - column[best] / ownMakespan;
  const what = own.itemsPerPod === Infinity ? 'The pool' : `itemsPerPod ${own.itemsPerPod}`;
  if (saved < WORTH) return `${what} is right for this run: no other share of items to a pod saves ${percent(WORTH)}.`;
  const other = itemsPerPods[best] === Infinity ? 'A WorkerPool' : `An itemsPerPod of ${itemsPerPods[best]}`;
  return `${other} would have taken ${seconds(column[best])} instead of ${seconds(ownMakespan)}, because fewer pods have to start.`;
}

function orderAdvice({ longestFirst, ownMakespan }: Advice): string | undefined {
  if (1 - longestFirst / ownMakespan < WORTH) return undefined;
  return `With the longest items first in the list, the run would have taken ${seconds(longestFirst)} instead of ${seconds(ownMakespan)}: a long item that begins last keeps one pod busy while the others have nothing to do.`;
}

function grid({ own, parallelisms, itemsPerPods, makespans }: Advice): Html {
  const rows = itemsPerPods.map((share, row) => [
    share === Infinity ? 'a pool' : String(share),
    ...makespans[row].map((value, column) => {
      const isOwn = share === own.itemsPerPod && parallelisms[column] === own.parallelism;
      return isOwn ? html`<strong>${seconds(value)}</strong> (this run)` : seconds(value);
    }),
  ]);
  const heads = ['itemsPerPod', ...parallelisms.map((pods) => `parallelism ${pods}`)];
  return table({ caption: 'Simulated time from the first item to the last one', heads, rows });
}

function basis({ history }: RunCourse, { work }: Advice): string {
  const { measuredItems, overhead, isPodMeasured } = work;
  const other = history.items - measuredItems;
  const rest = other > 0 ? `; ${count(other, 'other item')} have the mean of these` : '';
  const pod = `${seconds(overhead.podSeconds)} from a pod's last item to the next pod's first one (${isPodMeasured ? 'measured' : 'assumed, because this run does not show it'})`;
  const retries = history.retries?.length ? ' Attempts after a retry do not count.' : '';
  return `The simulation replays the measured times of ${count(measuredItems, 'item')}, with all attempts and the pauses between them${rest}. It adds ${pod}, and ${seconds(overhead.itemSeconds)} between two items of a pod (measured). All pods of the beginning start at the same time.${retries}`;
}

function setupText(parallelism: number, itemsPerPod: number): string {
  const share = itemsPerPod === Infinity ? 'a pool' : `itemsPerPod ${itemsPerPod}`;
  return `parallelism ${parallelism}, ${share}`;
}

function seconds(value: number): string {
  return duration(value * 1000);
}
