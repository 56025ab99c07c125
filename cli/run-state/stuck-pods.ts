import { duration, oneLine } from '../../lib/programs/runtime/log';
import type { ContainerStatus, Pod } from '../kubernetes/objects';
import type { StuckPod } from './run-state';

/** How long a container may take to be created before that is worth a line. */
const CREATING_SECONDS = 60;

/** How long a pod may take to be scheduled: a cluster that grows needs a while, but the reason is told at once. */
const SCHEDULING_SECONDS = 10;

/** Beyond its grace period. */
const TERMINATING_SECONDS = 60;

/** The states of a container that wait for something which is usual. */
const USUAL = ['ContainerCreating', 'PodInitializing'];

/** The pods that do not get on, the longest first, and why in words. */
export function stuckPods(pods: readonly Pod[], now: Date): StuckPod[] {
  const stuck = pods.flatMap((pod) => {
    const reason = reasonOf(pod, now);
    const seconds = secondsSince(pod.metadata?.creationTimestamp, now);
    return reason === undefined ? [] : [{ pod: pod.metadata?.name ?? '', seconds, reason: oneLine(reason) }];
  });
  return stuck.sort((a, b) => b.seconds - a.seconds);
}

function reasonOf(pod: Pod, now: Date): string | undefined {
  const { metadata, status } = pod;
  if (metadata?.deletionTimestamp) {
    const late = secondsSince(metadata.deletionTimestamp, now);
    const node = pod.spec?.nodeName;
    if (late < TERMINATING_SECONDS) return undefined;
    return `Terminating for ${duration(late * 1000)} longer than its grace period: node ${node} may be gone`;
  }
  if (status?.phase !== 'Pending') return waitingReason(status?.containerStatuses ?? [], Number.POSITIVE_INFINITY);
  const age = secondsSince(metadata?.creationTimestamp, now);
  const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return age < SCHEDULING_SECONDS ? undefined : `Pending: ${unschedulable(pod, scheduled.message ?? '')}`;
  }
  return waitingReason([...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])], age);
}

function waitingReason(statuses: readonly ContainerStatus[], age: number): string | undefined {
  const waiting = statuses.filter(({ state }) => state?.waiting);
  const bad = waiting.find(({ state }) => !USUAL.includes(state?.waiting?.reason ?? ''));
  if (bad) {
    const { reason = 'waiting', message = '' } = bad.state?.waiting ?? {};
    return `${reason}: ${inWords(bad, reason, message)}`;
  }
  if (waiting.length === 0 || age < CREATING_SECONDS || age === Number.POSITIVE_INFINITY) return undefined;
  const names = waiting.map(({ name }) => name).join(' and ');
  return `${waiting[0].state?.waiting?.reason} of ${names}: kubectl describe pod says what is missing`;
}

/** What kubelets say about images is long; the end of it is what a person needs. */
const IMAGE_TROUBLE: readonly (readonly [RegExp, string])[] = [
  [/not found|manifest unknown|does not exist/i, 'not found'],
  [/unauthorized|authentication required|denied|forbidden/i, 'the registry refuses access'],
  [/no such host|i\/o timeout|connection refused|deadline exceeded|TLS handshake/i, 'the registry does not answer'],
  [/no match for platform|no matching manifest/i, 'not for the architecture of this node'],
];

function inWords({ name, image }: ContainerStatus, reason: string, message: string): string {
  if (!/Image|ErrPull/.test(reason)) return message === '' ? `container ${name}` : `container ${name}: ${message}`;
  const [, words] = IMAGE_TROUBLE.find(([pattern]) => pattern.test(message)) ?? [];
  return `image ${image} of container ${name}: ${words ?? (message || 'cannot be pulled')}`;
}

function unschedulable({ spec }: Pod, message: string): string {
  // What preemption would do follows, which is of no help here.
  const [told] = message.split(/\.? preemption:/);
  const [, resource] = /\bInsufficient ([\w./-]+)/.exec(told) ?? [];
  if (!resource) return told || 'no node takes it';
  const requests = spec?.containers.flatMap(({ name, resources }) => {
    const request = resources?.requests?.[resource] ?? resources?.limits?.[resource];
    return request === undefined ? [] : [`${request} for ${name}`];
  });
  return `no node has the ${resource} that it requests (${requests?.join(', ')}): ${told}`;
}

function secondsSince(time: Date | string | undefined, now: Date): number {
  return time === undefined ? 0 : Math.max(0, (now.getTime() - new Date(time).getTime()) / 1000);
}
