import { Size } from 'cdk8s';
import { type ContainerProps, EmptyDirMedium, EnvFieldPaths, EnvValue, Volume, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { brokerClient } from '../../broker/broker-client';
import { ContainerName } from '../../contract/containers';
import { EnvName, ProgramEnvName } from '../../contract/environment';
import { SHARED_VOLUME_BYTES } from '../../contract/limits';
import { MountPath } from '../../contract/mount-paths';
import { SharedVolume } from '../../contract/shared-volume';
import { lazy } from '../../manifest/lazy';
import { programContainer, programsMount, programsVolume } from '../../manifest/program-container';
import { pullPolicy } from '../../manifest/pull-policy';
import { unexpanded } from '../../manifest/unexpanded';
import type { IWorkQueue } from '../../queue/work-queue';
import type { CoarseWorkerJobProps } from '../coarse-worker-job-props';
import { normalMounts } from './worker-mounts';
import { workerSecurity } from './worker-security';

/** The numbers of a worker, checked. */
export interface WorkerLimits {
  readonly itemsPerPod: number;
  readonly maxAttempts: number;
  readonly itemTimeoutSeconds: number;
  readonly toleratedDeadLetters: number;
  readonly graceSeconds: number;
}

const SHARED_VOLUME_SIZE = Size.mebibytes(SHARED_VOLUME_BYTES / 2 ** 20);

/**
 * The two containers of a worker pod. The worker is the first: the kubelet starts containers in their order, so mostly its
 * image is there when the courier begins to wait for it.
 */
export function workerPod(job: Construct, props: CoarseWorkerJobProps, limits: WorkerLimits): ContainerProps[] {
  const programs = programsVolume(job, 'courier', ['shim.sh', 'runner.sh']);
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
    command: ['/bin/sh', `${MountPath.PROGRAMS}/shim.sh`, MountPath.SHARED_VOLUME, ...props.program._command()],
    workingDir: props.workingDir,
    envVariables: { [ProgramEnvName.QUEUE]: queueName(props.queue), ...props.envVariables },
    envFrom: props.envFrom,
    volumeMounts: [...mounts, ...normalMounts(props.volumeMounts)],
    // An empty object, or cdk8s-plus would ask for a whole CPU.
    resources: props.resources ?? {},
    securityContext: workerSecurity(props),
  };
  const client = brokerClient(job, props.queue.broker);
  const courier = programContainer(job, {
    name: ContainerName.COURIER,
    program: 'courier',
    programs,
    env: { ...client.env, ...courierEnv(props.queue, limits), ...itemUse(props) },
    volumeMounts: [...sharedMounts(shared, SharedVolume.COURIER_CREATED), ...client.volumeMounts],
  });
  return [worker, courier];
}

/**
 * The shared volume, and a folder in it that tells the other container of this one: the kubelet makes the folder of a
 * `subPath` when it creates the container, after it has its image and the ConfigMaps and Secrets of its environment.
 * `generateContainerConfig` in https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/kuberuntime_container.go
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
    [EnvName.ITEM_TIMEOUT_SECONDS]: EnvValue.fromValue(String(limits.itemTimeoutSeconds)),
    [EnvName.TOLERATED_DEAD_LETTERS]: EnvValue.fromValue(String(limits.toleratedDeadLetters)),
    [EnvName.TERMINATION_GRACE_SECONDS]: EnvValue.fromValue(String(limits.graceSeconds)),
    [EnvName.POD_NAME]: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME),
  };
}

/** Where the courier has to put the item, beside the program's standard input. */
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
