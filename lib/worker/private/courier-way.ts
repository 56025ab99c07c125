import { type ContainerProps, EnvFieldPaths, EnvValue, type Volume, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { brokerClient } from '../../broker/broker-client';
import { ContainerName } from '../../contract/containers';
import { EnvName, ProgramEnvName } from '../../contract/environment';
import { ExitCode } from '../../contract/exit-codes';
import { MountPath } from '../../contract/mount-paths';
import { SharedVolume } from '../../contract/shared-volume';
import { IGNORE_DISRUPTION } from '../../manifest/content-named-job';
import { programContainer, programsMount, programsVolume } from '../../manifest/program-container';
import { unexpanded } from '../../manifest/unexpanded';
import type { WorkerJobProps } from '../worker-job-props';
import type { DeliveryWay, PodSettings } from './delivery-way';
import { exitRule } from './exit-rule';
import { itemVariables } from './item-use';
import { sharedVolume } from './shared-volume';
import { numbers, queueName, runName, workerContainer } from './worker-container';

/** The shell scripts of the worker's container. The shim starts the runner. */
const SHIM = 'shim.sh';
const RUNNER = 'runner.sh';

/** The pod has a second container, the courier. */
export const COURIER_WAY: DeliveryWay = {
  variables: new Map([
    [ProgramEnvName.QUEUE, 'the name of the queue'],
    [ProgramEnvName.RUN, 'the name of the run'],
    [ProgramEnvName.ITEM_INDEX, "the item's number"],
    [ProgramEnvName.ITEM_ATTEMPT, 'the number of the attempt'],
  ]),
  failureRules: [
    exitRule('FailJob', ContainerName.COURIER, 'In', [ExitCode.TOO_MANY_DEAD_LETTERS, ExitCode.ITEMS_LOST]),
    IGNORE_DISRUPTION,
    exitRule('Ignore', ContainerName.COURIER, 'In', [ExitCode.PROGRESSED, ExitCode.STOPPED]),
    // Both containers were killed, as by an eviction that allows a second: the item counts that. If only the courier
    // was killed, the worker ends with another status.
    exitRule('Count', ContainerName.WORKER, 'NotIn', [ExitCode.KILLED]),
    exitRule('Ignore', ContainerName.COURIER, 'In', [ExitCode.KILLED]),
  ],
  requireSupported: () => {},
  containers: courierPod,
};

/**
 * The two containers of a worker pod. The worker is first, because the kubelet starts containers in order. So its image
 * has usually been pulled when the courier begins to wait for it.
 */
function courierPod(job: Construct, settings: PodSettings): ContainerProps[] {
  const { props } = settings;
  const programs = programsVolume(job, 'courier', ['courier.js', SHIM, RUNNER]);
  const shared = sharedVolume(job);
  const worker = workerContainer(job, props, {
    command: ['/bin/sh', `${MountPath.PROGRAMS}/${SHIM}`, MountPath.SHARED_VOLUME, ...props.program._command()],
    volumeMounts: [programsMount(programs), ...sharedMounts(shared, SharedVolume.WORKER_CREATED)],
  });
  const client = brokerClient(job, props.queue.broker);
  const courier = programContainer(job, {
    name: ContainerName.COURIER,
    program: 'courier',
    programs,
    env: { ...client.env, ...courierEnv(settings), ...itemUse(props) },
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

function courierEnv({ props: { queue }, limits, share }: PodSettings): Record<string, EnvValue> {
  return {
    [EnvName.QUEUE]: queueName(queue),
    [EnvName.RUN]: runName(queue),
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
