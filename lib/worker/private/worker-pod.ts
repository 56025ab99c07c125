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
import type { WorkerJobProps } from '../worker-job-props';
import { itemVariables, valueTemplate } from './item-use';
import type { WorkerLimits } from './worker-limits';
import { normalizedMounts } from './worker-mounts';
import { workerSecurity } from './worker-security';

/** The shell scripts of the worker's container. The shim starts the runner. */
const SHIM = 'shim.sh';
const RUNNER = 'runner.sh';

const SHARED_VOLUME_SIZE = Size.mebibytes(SHARED_VOLUME_BYTES / 2 ** 20);

/**
 * The two containers of a worker pod. The worker is first, because the kubelet starts containers in order. So its image
 * has usually been pulled when the courier begins to wait for it.
 */
export function workerPod(
  job: Construct,
  props: WorkerJobProps,
  limits: WorkerLimits,
  share: Readonly<Record<string, number>>,
): ContainerProps[] {
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
    envVariables: { [ProgramEnvName.QUEUE]: queueName(props.queue), ...fixedVariables(props) },
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
    env: { ...client.env, ...courierEnv(props.queue, limits, share), ...itemUse(props) },
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

function courierEnv(
  queue: IWorkQueue,
  limits: WorkerLimits,
  share: Readonly<Record<string, number>>,
): Record<string, EnvValue> {
  return {
    [EnvName.QUEUE]: queueName(queue),
    [EnvName.RUN]: EnvValue.fromValue(queue.runId ?? lazy(() => queue.queueName)),
    [EnvName.SHARED_VOLUME_DIR]: EnvValue.fromValue(MountPath.SHARED_VOLUME),
    [EnvName.ITEM_COUNT]: EnvValue.fromValue(String(queue.itemCount)),
    ...numbers({
      ...share,
      [EnvName.MAX_ATTEMPTS]: limits.maxAttempts,
      [EnvName.MAX_INTERRUPTIONS]: limits.maxInterruptions,
      [EnvName.ITEM_TIMEOUT_SECONDS]: limits.itemTimeoutSeconds,
      [EnvName.TOLERATED_DEAD_LETTERS]: limits.toleratedDeadLetters,
      [EnvName.TERMINATION_GRACE_SECONDS]: limits.graceSeconds,
    }),
    [EnvName.PERMANENT_EXIT_CODES]: EnvValue.fromValue(limits.permanentExitCodes.join(',')),
    [EnvName.POD_NAME]: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME),
    [EnvName.NODE_NAME]: EnvValue.fromFieldRef(EnvFieldPaths.NODE_NAME),
  };
}

function numbers(values: Readonly<Record<string, number>>): Record<string, EnvValue> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, EnvValue.fromValue(String(value))]));
}

/** The variables that are the same for each item. The courier sets the others. */
function fixedVariables({ envVariables = {} }: WorkerJobProps): Record<string, EnvValue> {
  return Object.fromEntries(Object.entries(envVariables).filter(([, value]) => !valueTemplate(value)));
}

/** Where the courier must put the item and its fields, in addition to the program's standard input. */
function itemUse(props: WorkerJobProps): Record<string, EnvValue> {
  const args = props.program._itemArguments();
  const variables = itemVariables(props);
  return {
    ...(Object.keys(variables).length > 0 && { [EnvName.ITEM_VARIABLES]: jsonValue(variables) }),
    ...(args && { [EnvName.ITEM_ARGUMENTS]: jsonValue(args) }),
  };
}

function jsonValue(value: unknown): EnvValue {
  return EnvValue.fromValue(unexpanded(JSON.stringify(value)));
}

function queueName(queue: IWorkQueue): EnvValue {
  return EnvValue.fromValue(lazy(() => queue.queueName));
}
