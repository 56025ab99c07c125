import { userInfo } from 'node:os';
import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName, ProgramEnvName } from '../../lib/contract/environment';
import type { Job, Manifest } from '../manifest/manifest';

/** How the programs of a rehearsal run. */
export interface Surroundings {
  readonly inImage: boolean;
  readonly folder: string;
}

/** As whom and with which environment the programs run, and what of their pods a rehearsal cannot imitate, line by line. */
export function surroundingsText(manifest: Manifest, surroundings: Surroundings): string[] {
  return manifest.workers.flatMap((job) => {
    const worker = job.pod.containers.find(({ name }) => name === ContainerName.WORKER);
    if (!worker) return [];
    const lines = surroundings.inImage ? inImage(job, worker) : onThisMachine(job, worker, surroundings.folder);
    const missing = notImitated(manifest, job, surroundings.inImage);
    const rest = missing.length === 0 ? [] : [`Not imitated: ${missing.join('; ')}`];
    return [...lines, ...rest].map((line) => `${job.name}: ${line}`);
  });
}

function onThisMachine(job: Job, worker: k8s.Container, folder: string): string[] {
  const user = userOf(job, worker);
  return [
    `The program runs with what is installed on this machine, not in its image ${worker.image}`,
    `It runs as ${thisUser()}${user === undefined ? '' : `, not as user ${user}`}, in the folder ${folder}`,
    `Its environment is that of this shell and ${variablesOf(worker)}`,
  ];
}

/** A user that is not in the system's list has no name. */
function thisUser(): string {
  try {
    const { username, uid } = userInfo();
    return `${username} (${uid})`;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}

function inImage(job: Job, worker: k8s.Container): string[] {
  const user = userOf(job, worker);
  return [
    `The program runs in its image ${worker.image}, as ${user === undefined ? 'the user of the image' : `user ${user}`}`,
    `Its environment is that of the image and ${variablesOf(worker)}`,
  ];
}

function userOf({ pod }: Job, { securityContext }: k8s.Container): number | undefined {
  return securityContext?.runAsUser ?? pod.securityContext?.runAsUser;
}

/** The names only: a value may be secret. */
function variablesOf({ env = [], envFrom = [] }: k8s.Container): string {
  const own = env.map(({ name }) => name);
  const names = [...new Set([...own, ...Object.values(ProgramEnvName), EnvName.COMPLETION_INDEX])];
  const sources = envFrom.map(({ configMapRef, secretRef }) => `those of ${configMapRef?.name ?? secretRef?.name}`);
  return [...names, ...sources].join(', ');
}

type Part = readonly [isPart: boolean, name: string];

/** Parts of the pod that differ in a cluster. */
function notImitated({ objects }: Manifest, { pod }: Job, inImage: boolean): string[] {
  const { containers, securityContext, initContainers = [] } = pod;
  const worker = containers.find(({ name }) => name === ContainerName.WORKER);
  const ofImage: Part[] = [
    [true, 'the files of the image'],
    [worker?.workingDir !== undefined, `workingDir ${worker?.workingDir}`],
    [worker?.resources?.limits !== undefined, 'limits of memory and CPU'],
    [worker?.securityContext?.readOnlyRootFilesystem === true, 'the read-only file system'],
    [worker?.securityContext?.capabilities !== undefined, 'the capabilities and the seccomp profile of the container'],
  ];
  const ofCluster: Part[] = [
    [securityContext?.fsGroup !== undefined, 'the group of the volumes (fsGroup)'],
    [initContainers.length > 0, `init containers (${initContainers.map(({ name }) => name).join(', ')})`],
    [objects.some(({ kind }) => kind === 'NetworkPolicy'), 'NetworkPolicies'],
    [pod.automountServiceAccountToken === true, 'the token of the service account'],
    [hasPlace(pod), 'the choice of a node (nodeSelector, affinity, tolerations)'],
    [pod.hostAliases !== undefined || pod.dnsConfig !== undefined, 'hostAliases and dns'],
    [pod.activeDeadlineSeconds !== undefined, 'the deadline of a pod'],
    [true, 'evictions, and the pauses of Kubernetes after failed pods'],
  ];
  return [...(inImage ? [] : ofImage), ...ofCluster].filter(([isPart]) => isPart).map(([, name]) => name);
}

function hasPlace({ nodeSelector, affinity, tolerations, nodeName }: k8s.PodSpec): boolean {
  return [nodeSelector, affinity, tolerations, nodeName].some((value) => value !== undefined);
}
