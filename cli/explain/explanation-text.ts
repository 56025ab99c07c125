import { DeliveryName } from '../../lib/contract/delivery';
import { ExitCode } from '../../lib/contract/exit-codes';
import { plural, quoted } from '../../lib/programs/runtime/log';
import { visible } from '../../lib/programs/runtime/visible';
import type {
  BrokerExplanation,
  Explanation,
  FailureExplanation,
  ItemsExplanation,
  NetworkExplanation,
  QueueExplanation,
  Resources,
  RunExplanation,
  WorkerExplanation,
} from './explanation';
import { items, limits, pods, requests, sentence, shellWord, size, time, wrapped } from './words';

/** Where the sentences begin, after the name of their paragraph. */
const INDENT = 13;

/** An explanation for a person, a paragraph for each subject. */
export function explanationText({ runs }: Explanation): string {
  return `${runs.map(runText).join('\n\n')}\n`;
}

function runText(run: RunExplanation): string {
  const { chart, namespace } = run;
  const where = [chart === null ? '' : `chart ${chart}`, namespace === null ? '' : `namespace ${namespace}`];
  const place = where.filter((text) => text !== '').join(', ');
  const paragraphs: [string, string[]][] = [
    ['Items', itemsText(run.items)],
    ['Program', programText(run.worker)],
    ['Pods', podsText(run.worker)],
    ['Attempts', attemptsText(run.worker, run.queue)],
    ['Failure', failureText(run.failure, run.worker)],
    ['Time', timeText(run.worker, run.queue)],
    ['Resources', resourcesText(run.worker)],
    ['Queue', queueText(run.queue)],
    ['Broker', brokerText(run.broker, run.items)],
    ['Network', networkText(run.network)],
  ];
  const lines = paragraphs.map(
    ([name, sentences]) => `  ${`${name}:`.padEnd(INDENT - 2)}${wrapped(visible(sentences.join(' ')), INDENT)}`,
  );
  return [visible(`Run ${run.run}${place && ` (${place})`}`), ...lines].join('\n');
}

function itemsText({ count, first, longestBytes, totalBytes }: ItemsExplanation): string[] {
  if (first === null || longestBytes === null || totalBytes === null) {
    return [`${items(count)}. The seeder that fills the queue is not part of this manifest.`];
  }
  if (count === 0) return ['none. The Job is Complete as soon as a pod has seen that.'];
  const list = `${first.map(quoted).join(', ')}${count > first.length ? ', …' : ''}`;
  return [
    `${items(count)}: ${list}.`,
    `The longest has ${size(longestBytes)}; together they have at most ${size(totalBytes)}.`,
  ];
}

function programText(worker: WorkerExplanation): string[] {
  const { command, image, user, itemInArguments, itemVariables, job, kind, delivery } = worker;
  const also = [
    ...(itemInArguments ? ['in its arguments, in place of @WORK_ITEM@ or with its fields'] : []),
    ...itemVariables.map((name) => `in the variable ${name}`),
  ];
  const as = user === null ? 'the user of the image' : `user ${user}`;
  const runs = `${kind} ${job} runs \`${command.map(shellWord).join(' ')}\` in the image ${image}, as ${as}`;
  if (delivery === DeliveryName.NONE) {
    return [
      `${runs}, once in each pod.`,
      'There is no courier (Delivery.none): the program takes the items from the queue by itself, acknowledges them, and records that they are done.',
    ];
  }
  if (delivery === DeliveryName.AMQP_CONSUME) {
    return [
      `${runs}, once in each pod.`,
      "There is no courier (Delivery.amqpConsume): amqp-consume, a program of the image, takes an item and writes it to the program's standard input.",
      'If the program exits with 0, the item is acknowledged. Nothing records that it is done.',
    ];
  }
  return [
    `${runs}, once for each attempt of an item.`,
    `The program gets the item on its standard input${also.map((place) => ` and ${place}`).join('')}.`,
    'If it exits with 0, the item is done.',
  ];
}

function listed(codes: readonly number[]): string {
  return codes.length === 1 ? String(codes[0]) : `${codes.slice(0, -1).join(', ')} or ${codes.at(-1)}`;
}

function podsText({ podsAtOnce, completions, itemsPerPod, maxPodSeconds, delivery }: WorkerExplanation): string[] {
  const atOnce = `At most ${pods(podsAtOnce)} at the same time.`;
  if (itemsPerPod === null) {
    const age =
      maxPodSeconds === null
        ? ''
        : ` A pod that is older than ${time(maxPodSeconds)} ends after its item, and another one takes its place.`;
    return [atOnce, `It is a pool: each pod takes items until all of them are settled.${age}`];
  }
  if (delivery === DeliveryName.NONE) {
    return [
      atOnce,
      `${pods(completions)} must succeed, with ${items(itemsPerPod)} for each (itemsPerPod): the program decides when it ends.`,
      'Pods that fail are replaced, so there may be more.',
    ];
  }
  return [
    atOnce,
    `${pods(completions)} must succeed; each does ${items(itemsPerPod)}, and the last one whatever is left.`,
    'Pods that fail are replaced, so there may be more.',
  ];
}

function attemptsText(
  {
    delivery,
    maxAttempts,
    permanentExitCodes: permanent,
    itemTimeoutSeconds,
    longestItemSeconds,
    maxInterruptions,
  }: WorkerExplanation,
  { deliveryLimit }: QueueExplanation,
): string[] {
  if (delivery === DeliveryName.NONE) {
    return ['The program decides how often it tries an item, and how long that may take.'];
  }
  if (delivery === DeliveryName.AMQP_CONSUME) {
    return [
      `The program is ended after ${time(itemTimeoutSeconds)} (itemTimeout).`,
      `An item whose program fails returns to the queue. Nothing counts its attempts but the broker, which makes it a dead letter after ${deliveryLimit} deliveries.`,
    ];
  }
  return [
    `Each item has ${plural(maxAttempts, 'attempt')} of at most ${time(itemTimeoutSeconds)} each (itemTimeout).`,
    ...(permanent.length === 0 ? [] : [`No attempt follows exit ${listed(permanent)} (permanentExitCodes).`]),
    `With the pauses between them, a pod holds an item for at most ${time(longestItemSeconds)}.`,
    `An interruption, for example an eviction, is no attempt; after ${plural(maxInterruptions, 'interruption')} the item becomes a dead letter.`,
  ];
}

function failureText(failure: FailureExplanation, { maxAttempts, delivery }: WorkerExplanation): string[] {
  const { toleratedDeadLetters: tolerated, backoffLimit, backoffLimitPerIndex } = failure;
  if (delivery !== 'courier') {
    return [
      `More than ${pods(backoffLimit ?? 0)} that fail end the Job (backoffLimit). A pod that the cluster evicts or loses does not count.`,
      ...(delivery === DeliveryName.NONE
        ? [`A pod that exits with ${ExitCode.TOO_MANY_DEAD_LETTERS} ends it at once.`]
        : []),
    ];
  }
  const limit =
    backoffLimitPerIndex === null
      ? `More than ${pods(backoffLimit ?? 0)} that fail for another reason end the Job (backoffLimit).`
      : `A worker with more than ${pods(backoffLimitPerIndex)} that fail for another reason gets no more pods (backoffLimitPerIndex).`;
  return [
    `An item whose ${plural(maxAttempts, 'attempt')} all fail becomes a dead letter, and the other items go on.`,
    tolerated === 0
      ? 'With a dead letter, the Job fails, after all items are settled.'
      : `With more than ${plural(tolerated, 'dead letter')}, the Job fails, after all items are settled.`,
    limit,
  ];
}

function timeText(worker: WorkerExplanation, { seeder }: QueueExplanation): string[] {
  const { jobDeadlineSeconds, podDeadlineSeconds } = worker;
  return [
    jobDeadlineSeconds === null
      ? 'The Job has no deadline.'
      : `Kubernetes ends the Job after ${time(jobDeadlineSeconds)} at the latest (activeDeadline).`,
    ...(podDeadlineSeconds === null ? [] : [`It ends a single pod after ${time(podDeadlineSeconds)}.`]),
    ...(seeder?.deadlineSeconds ? [`The seeder has ${time(seeder.deadlineSeconds)} to fill the queue.`] : []),
  ];
}

function resourcesText({ podResources, podsAtOnce, resourcesAtOnce }: WorkerExplanation): string[] {
  return [
    `A worker pod requests ${requests(podResources)}, and may use ${limits(podResources)}.`,
    atOnceText(podsAtOnce, resourcesAtOnce),
  ];
}

function atOnceText(podCount: number, resources: Resources): string {
  const isLimited = resources.cpuLimit !== null || resources.memoryLimitBytes !== null;
  const most = isLimited ? `, and may use ${limits(resources)}` : '';
  return `${pods(podCount)} at the same time: ${requests(resources)} requested${most}.`;
}

function queueText({ name, type, consumerTimeoutSeconds, deliveryLimit, eventsBytes }: QueueExplanation): string[] {
  const timeout =
    consumerTimeoutSeconds === null
      ? ''
      : ` A pod may hold an item for ${time(consumerTimeoutSeconds)} before the broker takes it back.`;
  return [
    `${name}${type === null ? '' : `, a ${type} queue`}.${timeout}`,
    `The broker delivers an item at most ${deliveryLimit} times, and keeps about the last ${size(eventsBytes)} of events.`,
  ];
}

function brokerText({ url, created }: BrokerExplanation, { longestBytes }: ItemsExplanation): string[] {
  if (!created) return [`${url}, which this manifest does not create. Its limits are not known here.`];
  const { name, image, nodes, resources, volumeBytes, maxMessageBytes, memoryAlarmBytes, freeDiskBytes } = created;
  const alarms = [
    ...(memoryAlarmBytes === null ? [] : [`uses more than ${size(memoryAlarmBytes)} of memory`]),
    ...(freeDiskBytes === null ? [] : [`has less than ${size(freeDiskBytes)} of its volume free`]),
  ];
  const volume = volumeBytes === null ? '' : ` It has a volume of ${size(volumeBytes)}.`;
  return [
    `StatefulSet ${name} of this manifest, with ${plural(nodes, 'node')} of ${image}.`,
    `A node may use ${limits(resources)}.${volume}`,
    ...(maxMessageBytes === null
      ? []
      : [
          `An item may have ${size(maxMessageBytes)}${longestBytes === null ? '' : `; the longest has ${size(longestBytes)}`}.`,
        ]),
    ...(alarms.length === 0 ? [] : [`A node that ${alarms.join(' or ')} accepts no messages until that is over.`]),
  ];
}

function networkText({ egress, ingress }: NetworkExplanation): string[] {
  if (egress === null && ingress === null) return ['No NetworkPolicy of this manifest restricts the worker pods.'];
  return [
    egress === null ? 'Worker pods may connect to anything.' : `Worker pods may connect only to ${list(egress)}.`,
    ingress === null ? 'Anything may connect to them.' : `${sentence(list(ingress))} may connect to them.`,
    'A cluster that does not enforce NetworkPolicies restricts nothing.',
  ];
}

function list(rules: readonly string[]): string {
  return rules.length === 0 ? 'nothing' : rules.join('; ');
}
