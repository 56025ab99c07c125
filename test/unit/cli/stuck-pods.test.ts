import { stuckPods } from '../../../cli/run-state/stuck-pods';
import type { Json } from '../../../tools/synthesized-run';
import { appliedJobs, CREATED, podOf } from '../../support/cluster-objects';

const { worker } = appliedJobs();
const at = (seconds: number) => new Date(Date.parse(CREATED) + seconds * 1000);
const reasonOf = (pod: Json, seconds = 300) => stuckPods([pod], at(seconds)).map(({ reason }) => reason);

function waiting(reason: string, message?: string): Json {
  const status = { name: 'worker', image: 'example.com/render:2', state: { waiting: { reason, message } } };
  return podOf(worker, { phase: 'Pending', status: { containerStatuses: [status] } });
}

function unschedulable(message: string, requests?: Json): Json {
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
  const pod = podOf(worker, { phase: 'Pending', status: { conditions: [condition] } });
  pod.spec.containers[0].resources = { requests };
  return pod;
}

test.each([
  ['failed to resolve reference "example.com/render:2": example.com/render:2: not found', 'not found'],
  ['pull access denied, repository does not exist or may require authorization', 'not found'],
  ['unexpected status from HEAD request: 403 Forbidden', 'the registry refuses access'],
  ['dial tcp: lookup example.com: no such host', 'the registry does not answer'],
  ['no match for platform in manifest', 'not for the architecture of this node'],
])('an image that cannot be pulled is told in words: %s', (message, words) => {
  expect(reasonOf(waiting('ImagePullBackOff', `Back-off pulling image: ErrImagePull: ${message}`), 5)).toEqual([
    `ImagePullBackOff: image example.com/render:2 of container worker: ${words}`,
  ]);
});

test('an image with another trouble is told in the words of the kubelet, without control characters', () => {
  expect(reasonOf(waiting('ErrImagePull', 'something\u001b[31m else'))).toEqual([
    'ErrImagePull: image example.com/render:2 of container worker: something [31m else',
  ]);
});

test('a missing Secret is told in the words of the kubelet', () => {
  expect(reasonOf(waiting('CreateContainerConfigError', 'secret "key" not found'))).toEqual([
    'CreateContainerConfigError: container worker: secret "key" not found',
  ]);
});

test('memory that no node has is told with what the pod requests', () => {
  const message = '0/2 nodes are available: 2 Insufficient memory. preemption: 0/2 nodes are available.';
  expect(reasonOf(unschedulable(message, { memory: '4Gi' }))).toEqual([
    'Pending: no node has the memory that it requests (4Gi for worker, 48Mi for courier): 0/2 nodes are available: 2 Insufficient memory',
  ]);
});

test('a taint is told in the words of the scheduler', () => {
  expect(reasonOf(unschedulable('0/1 nodes are available: 1 node(s) had untolerated taint {gpu: }.'))).toEqual([
    'Pending: 0/1 nodes are available: 1 node(s) had untolerated taint {gpu: }.',
  ]);
});

test('a pod is not stuck while it is scheduled and created', () => {
  expect(reasonOf(unschedulable('0/1 nodes are available'), 5)).toEqual([]);
  expect(reasonOf(waiting('ContainerCreating'), 30)).toEqual([]);
  expect(reasonOf(podOf(worker), 10_000)).toEqual([]);
});

test('a container that is being created for long is told', () => {
  expect(reasonOf(waiting('ContainerCreating'), 90)).toEqual([
    'ContainerCreating of worker: kubectl describe pod says what is missing',
  ]);
});

test('a pod that is terminated on a node that is gone is told after its grace period', () => {
  const pod = podOf(worker, { deletionTimestamp: CREATED });
  pod.spec.nodeName = 'node-1';
  expect(reasonOf(pod, 30)).toEqual([]);
  expect(reasonOf(pod, 300)).toEqual(['Terminating for 5 min longer than its grace period: node node-1 may be gone']);
});

test('the pod that waits longest is first', () => {
  const pods = ['10:04', '10:01'].map((time) => ({
    ...waiting('ErrImagePull'),
    metadata: { name: time, creationTimestamp: `2026-11-28T${time}:00.000Z` },
  }));
  expect(stuckPods(pods, at(300)).map(({ pod, seconds }) => [pod, seconds])).toEqual([
    ['10:01', 240],
    ['10:04', 60],
  ]);
});
