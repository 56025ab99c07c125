import { Size } from 'cdk8s';
import { type ContainerProps, EmptyDirMedium, EnvFieldPaths, EnvValue, Volume, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { brokerClient } from '../../broker/broker-client';
import { ContainerName } from '../../contract/containers';
import { EnvName, ProgramEnvName } from '../../contract/environment';
import { SHARED_VOLUME_BYTES } from '../../contract/limits';
import { MountPath } from '../../contract/mount-paths';
import { SharedVolume } from '../../contract/shared-volume';
import { exactSizes } from '../../manifest/exact-sizes';
import { lazy } from '../../manifest/lazy';
import { programContainer, programsMount, programsVolume } from '../../manifest/program-container';
import { pullPolicy } from '../../manifest/pull-policy';
import { unexpanded } from '../../manifest/unexpanded';
import type { IWorkQueue } from '../../queue/work-queue';
import type { CoarseWorkerJobProps } from '../coarse-worker-job-props';
import { normalizedMounts } from './worker-mounts';
import { workerSecurity } from './worker-security';

/** The checked numbers of a worker. */
export interface WorkerLimits {
  readonly itemsPerPod: number;
  readonly maxAttempts: number;
  readonly maxInterruptions: number;
  readonly itemTimeoutSeconds: number;
  readonly toleratedDeadLetters: number;
  readonly graceSeconds: number;
}

/** The shell scripts of the worker's container. The shim starts the runner. */
const SHIM = 'shim.sh';
const RUNNER = 'runner.sh';

const SHARED_VOLUME_SIZE = Size.mebibytes(SHARED_VOLUME_BYTES / 2 ** 20);

/**
 * The two containers of a worker pod. The worker is first, because the kubelet starts containers in order. So its image
 * has usually been pulled when the courier begins to wait for it.
 */
export function workerPod(job: Construct, props: CoarseWorkerJobProps, limits: WorkerLimits): ContainerProps[] {
  const programs = programsVolume(job, 'courier', [SHIM, RUNNER]);
  const shared = Volume.fromEmptyDir(job, 'SharedVolume', 'work-queue-shared', {
    medium: EmptyDirMedium.MEMORY,
    sizeLimit: SHARED_VOLUME_SIZE,
  });
  const script = props.program._volume(job);
  const mounts = [
    programsMount(programs),
    ...sharedMounts(shared, SharedVolume.WORKER_CREATED),
    ...(script ? [{ path: MountPath.SCRIPT, volume: script, readOnly: true }] : []),
  ];
  const worker: ContainerProps = {
    name: ContainerName.WORKER,
    image: props.image,
    imagePullPolicy: props.imagePullPolicy ?? pullPolicy(props.image),
    command: ['/bin/sh', `${MountPath.PROGRAMS}/${SHIM}`, MountPath.SHARED_VOLUME, ...props.program._command()],
    workingDir: props.workingDir,
    envVariables: { [ProgramEnvName.QUEUE]: queueName(props.queue), ...props.envVariables },
    envFrom: props.envFrom,
    volumeMounts: [...mounts, ...normalizedMounts(props.volumeMounts)],
    // Without an empty object, cdk8s-plus would request a whole CPU.
    resources: exactSizes(props.resources ?? {}),
    securityContext: workerSecurity(props),
  };
  const client = brokerClient(job, props.queue.broker);
  const courier = programContainer(job, {
    name: ContainerName.COURIER,
    program: 'courier',
    programs,
    env: { ...client.env, ...courierEnv(props.queue, limits), ...itemUse(props) },
    volumeMounts: [...sharedMounts(shared, SharedVolume.COURIER_CREATED), ...client.volumeMounts],
    resources: props.courierResources,
  });
  return [worker, courier];
}

/**
 * The shared volume, and a folder in it that tells the other container that this one has been created. The kubelet
 * creates the folder of a `subPath` when it creates the container. By then it has the container's image, and the
 * ConfigMaps and Secrets of the container's environment. `generateContainerConfig` in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/kuberuntime_container.go
 */
function sharedMounts(volume: Volume, created: string): VolumeMount[] {
  return [
    { path: MountPath.SHARED_VOLUME, volume },
    { path: `${MountPath.SHARED_VOLUME}/${created}`, volume, subPath: created, readOnly: true },
  ];
}

function courierEnv(queue: IWorkQueue, limits: WorkerLimits): Record<string, EnvValue> {
  return {
    [EnvName.QUEUE]: queueName(queue),
    [EnvName.RUN]: EnvValue.fromValue(queue.runId ?? lazy(() => queue.queueName)),
    [EnvName.SHARED_VOLUME_DIR]: EnvValue.fromValue(MountPath.SHARED_VOLUME),
    [EnvName.ITEM_COUNT]: EnvValue.fromValue(String(queue.itemCount)),
    [EnvName.ITEMS_PER_POD]: EnvValue.fromValue(String(limits.itemsPerPod)),
    [EnvName.MAX_ATTEMPTS]: EnvValue.fromValue(String(limits.maxAttempts)),
    [EnvName.MAX_INTERRUPTIONS]: EnvValue.fromValue(String(limits.maxInterruptions)),
    [EnvName.ITEM_TIMEOUT_SECONDS]: EnvValue.fromValue(String(limits.itemTimeoutSeconds)),
    [EnvName.TOLERATED_DEAD_LETTERS]: EnvValue.fromValue(String(limits.toleratedDeadLetters)),
    [EnvName.TERMINATION_GRACE_SECONDS]: EnvValue.fromValue(String(limits.graceSeconds)),
    [EnvName.POD_NAME]: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME),
  };
}

/** Where the courier must put the item, in addition to the program's standard input. */
function itemUse({ program, itemVariable }: CoarseWorkerJobProps): Record<string, EnvValue> {
  const args = program._itemArguments();
  return {
    ...(itemVariable !== undefined && { [EnvName.ITEM_VARIABLE]: EnvValue.fromValue(itemVariable) }),
    ...(args && { [EnvName.ITEM_ARGUMENTS]: EnvValue.fromValue(unexpanded(JSON.stringify(args))) }),
  };
}

function queueName(queue: IWorkQueue): EnvValue {
  return EnvValue.fromValue(lazy(() => queue.queueName));
}
