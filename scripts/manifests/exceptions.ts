/**
 * What the manifest linters ask for and this package does not do, with the reason. `npm run lint:manifests` fails for a
 * finding that is not listed here, and for an entry that has no finding any more.
 */
export interface Exception {
  /** The linter and its rule. */
  readonly rule: string;
  /** The containers, or for a rule about a whole object the components, that the rule finds. */
  readonly of: readonly string[];
  readonly reason: string;
}

const OWN_CONTAINERS = ['broker-init', 'courier', 'credentials', 'rabbitmq', 'seeder'];
const CONTAINERS = [...OWN_CONTAINERS, 'worker'];
const COMPONENTS = ['broker', 'credentials', 'seeder', 'worker'];

const CPU_LIMIT =
  'A CPU limit slows a container down although the processor is idle. Set one with the resources of each construct if a quota requires it.';
const WORKER_RESOURCES =
  'Only the user knows what the program needs: `resources` of CoarseWorkerJob sets it. The courier of the same pod has its own.';
const PULL_POLICY =
  'The pull policy is the default of Kubernetes for the tag, so that a node that cannot reach the registry starts an image that it has.';
const USER_ID =
  'The images have these users: 1000 is `node` in the node image and the default of a worker, which `securityContext` changes; 999 is `rabbitmq`.';
const WRITABLE =
  'A program that knows nothing of this package may write to /tmp, and `containerSecurityContext` closes that. docs/platform.md has a patch for the broker, whose users may set a log file.';
const EPHEMERAL_STORAGE =
  'The limit of one container can evict its pod because of what another one writes: see "Resources and quotas" in docs/broker.md. The resources of each construct set it.';

export const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'checkov CKV_K8S_8: Liveness Probe Should be Configured',
    of: ['broker'],
    reason:
      "Like that of RabbitMQ's cluster operator, the server has none: a restart makes it worse for a node that is slow or waits for others.",
  },
  { rule: 'checkov CKV_K8S_10: CPU requests should be set', of: ['worker'], reason: WORKER_RESOURCES },
  { rule: 'checkov CKV_K8S_11: CPU limits should be set', of: COMPONENTS, reason: CPU_LIMIT },
  { rule: 'checkov CKV_K8S_12: Memory requests should be set', of: ['worker'], reason: WORKER_RESOURCES },
  { rule: 'checkov CKV_K8S_13: Memory limits should be set', of: ['worker'], reason: WORKER_RESOURCES },
  { rule: 'checkov CKV_K8S_15: Image Pull Policy should be Always', of: COMPONENTS, reason: PULL_POLICY },
  {
    rule: 'checkov CKV_K8S_21: The default namespace should not be used',
    of: [...COMPONENTS, 'ConfigMap', 'Role', 'RoleBinding', 'Service', 'ServiceAccount'],
    reason: 'A manifest without a namespace goes where `kubectl` says. The namespace of the chart sets one.',
  },
  {
    rule: 'checkov CKV_K8S_22: Use read-only filesystem for containers where possible',
    of: ['broker', 'worker'],
    reason: WRITABLE,
  },
  {
    rule: 'checkov CKV_K8S_40: Containers should run as a high UID to avoid host conflict',
    of: COMPONENTS,
    reason: USER_ID,
  },
  {
    rule: 'checkov CKV_K8S_43: Image should use digest',
    of: COMPONENTS,
    reason: 'A digest would keep security fixes of the images out. Pin them with `Images` and `image`.',
  },
  {
    rule: 'checkov CKV2_K8S_6: Minimize the admission of pods which lack an associated NetworkPolicy',
    of: ['worker'],
    reason: 'The worker of examples/key-ranges.ts reaches a database, and so has `network: Network.OPEN`.',
  },
  {
    rule: 'kube-score container-ephemeral-storage-request-and-limit: Ephemeral Storage limit is not set',
    of: CONTAINERS,
    reason: EPHEMERAL_STORAGE,
  },
  {
    rule: 'kube-score container-ephemeral-storage-request-and-limit: Ephemeral Storage request is not set',
    of: CONTAINERS,
    reason: EPHEMERAL_STORAGE,
  },
  {
    rule: 'kube-score container-image-pull-policy: ImagePullPolicy is not set to Always',
    of: CONTAINERS,
    reason: PULL_POLICY,
  },
  { rule: 'kube-score container-resources: CPU limit is not set', of: CONTAINERS, reason: CPU_LIMIT },
  { rule: 'kube-score container-resources: CPU request is not set', of: ['worker'], reason: WORKER_RESOURCES },
  { rule: 'kube-score container-resources: Memory limit is not set', of: ['worker'], reason: WORKER_RESOURCES },
  { rule: 'kube-score container-resources: Memory request is not set', of: ['worker'], reason: WORKER_RESOURCES },
  {
    rule: 'kube-score container-security-context-readonlyrootfilesystem: The pod has a container with a writable root filesystem',
    of: ['rabbitmq', 'worker'],
    reason: WRITABLE,
  },
  {
    rule: 'kube-score container-security-context-user-group-id: The container is running with a low user ID',
    of: CONTAINERS,
    reason: USER_ID,
  },
  {
    rule: 'kube-score container-security-context-user-group-id: The container running with a low group ID',
    of: CONTAINERS,
    reason: USER_ID,
  },
  {
    rule: 'kube-score pod-networkpolicy: The pod does not have a matching NetworkPolicy',
    of: ['worker'],
    reason: 'The worker of examples/key-ranges.ts reaches a database, and so has `network: Network.OPEN`.',
  },
  {
    rule: 'kube-score pod-networkpolicy: The pod does not have a matching egress NetworkPolicy',
    of: ['broker', 'credentials'],
    reason:
      'No selector names the API server, to which the Job of the credentials speaks. Nodes of a broker need DNS and each other, and a namespace may deny the rest: see docs/broker.md.',
  },
  {
    rule: 'kube-score pod-probes: Container is missing a livenessProbe',
    of: ['broker'],
    reason: 'As for checkov CKV_K8S_8.',
  },
];
