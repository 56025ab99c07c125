import { plural } from '../../lib/programs/runtime/log';
import { visible } from '../../lib/programs/runtime/visible';
import type { ObjectId } from '../kubernetes/cluster';
import type { RunPlan } from './run-plan';

/** What is deleted of a run, by name, and what is lost with it. */
export function planLines({ check, jobs, configMaps, queues, remainingQueues }: RunPlan): string[] {
  const { run, state, objection } = check;
  const lines = [
    `Run ${run.run}: ${state.verdict ?? state.phase}`,
    ...(objection ? [`  --force: ${objection.reason}`] : []),
    ...rows('Jobs, with their pods', jobs.map(nameOf)),
    ...rows('ConfigMaps', configMaps.map(nameOf)),
    ...rows('Queues', queues),
    ...rows('Queues that may remain on the broker', remainingQueues),
  ];
  return lines.map((line) => visible(line));
}

function rows(title: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`  ${title}:`, ...names.map((name) => `    ${name}`)];
}

function nameOf({ name }: ObjectId): string {
  return name;
}

/** The question before it is done. */
export function planQuestion(plans: readonly RunPlan[]): string {
  const [jobs, configMaps, queues] = (['jobs', 'configMaps', 'queues'] as const).map((what) =>
    plans.reduce((sum, plan) => sum + plan[what].length, 0),
  );
  const what = `${plural(jobs, 'Job')}, ${plural(configMaps, 'ConfigMap')} and ${plural(queues, 'queue')}`;
  const of = plans.length === 1 ? `of run ${visible(plans[0].check.run.run)}` : `of ${plans.length} runs`;
  return `${lossText(plans)}Delete ${what} ${of}?`;
}

function lossText(plans: readonly RunPlan[]): string {
  const sum = (count: (plan: RunPlan) => number) => plans.reduce((all, plan) => all + count(plan), 0);
  const dead = sum(({ check }) => check.deadLetters);
  const open = sum(openItems);
  const lost = [
    ...(dead > 0 ? [plural(dead, 'dead letter')] : []),
    ...(open > 0 ? [`${plural(open, 'item')} without a record`] : []),
  ];
  return lost.length === 0 ? '' : `With the queues, ${lost.join(' and ')} will be lost. `;
}

function openItems({ check: { objection, state }, queues }: RunPlan): number {
  const { total, done, dead = 0 } = state.items;
  return objection === undefined || done === undefined || queues.length === 0 ? 0 : total - done - dead;
}
