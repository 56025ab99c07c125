import { Size } from 'cdk8s';
import { type ContainerProps, EmptyDirMedium, EnvFieldPaths, EnvValue, Volume, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { brokerClient } from '../../broker/broker-client';
import { Container } from '../../contract/containers';
import { Env, ProgramEnv } from '../../contract/environment';
import { Paths } from '../../contract/mount-paths';
import { Exchange } from '../../contract/shared-volume';
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
  readonly toleratedFailures: number;
  readonly graceSeconds: number;
}

/** Holds an item, of at most 16 MiB, and for a moment the next one beside it; the rest is room for the program. */
const EXCHANGE_SIZE = Size.mebibytes(64);

/**
 * The two containers of a worker pod. The worker is the first: the kubelet starts containers in their order, so mostly its
 * image is there when the courier begins to wait for it.
 */
export function workerPod(job: Construct, props: CoarseWorkerJobProps, limits: WorkerLimits): ContainerProps[] {
  const programs = programsVolume(job, 'courier', ['courier.js', 'shim.sh', 'runner.sh']);
  const exchange = Volume.fromEmptyDir(job, 'Exchange', 'work-queue-exchange', {
    medium: EmptyDirMedium.MEMORY,
    sizeLimit: EXCHANGE_SIZE,
  });
  const script = props.program._volume(job);
  const mounts = [
    programsMount(programs),
    ...exchangeMounts(exchange, Exchange.WORKER_CREATED),
    ...(script ? [{ path: Paths.SCRIPT, volume: script, readOnly: true }] : []),
  ];
  const worker: ContainerProps = {
    name: Container.WORKER,
    image: props.image,
    imagePullPolicy: props.imagePullPolicy ?? pullPolicy(props.image),
    command: ['/bin/sh', `${Paths.PROGRAMS}/shim.sh`, Paths.EXCHANGE, ...props.program._command()],
    workingDir: props.workingDir,
    envVariables: { [ProgramEnv.QUEUE]: queueName(props.queue), ...props.envVariables },
    envFrom: props.envFrom,
    volumeMounts: [...mounts, ...normalMounts(props.volumeMounts)],
    // An empty object, or cdk8s-plus would ask for a whole CPU.
    resources: props.resources ?? {},
    securityContext: workerSecurity(props),
  };
  const client = brokerClient(job, props.queue.broker);
  const courier = programContainer(job, {
    name: Container.COURIER,
    program: 'courier',
    programs,
    env: { ...client.env, ...courierEnv(props.queue, limits), ...itemUse(props) },
    volumeMounts: [...exchangeMounts(exchange, Exchange.COURIER_CREATED), ...client.volumeMounts],
  });
  return [worker, courier];
}

/**
 * The exchange volume, and a folder of it that tells the other container of this one: the kubelet makes the folder of a
 * `subPath` when it creates the container, after it has its image and the ConfigMaps and Secrets of its environment.
 * `generateContainerConfig` in https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/kuberuntime_container.go
 */
function exchangeMounts(volume: Volume, created: string): VolumeMount[] {
  return [
    { path: Paths.EXCHANGE, volume },
    { path: `${Paths.EXCHANGE}/${created}`, volume, subPath: created, readOnly: true },
  ];
}

function courierEnv(queue: IWorkQueue, limits: WorkerLimits): Record<string, EnvValue> {
  return {
    [Env.QUEUE]: queueName(queue),
    [Env.RUN]: EnvValue.fromValue(queue.runId ?? lazy(() => queue.queueName)),
    [Env.EXCHANGE_DIR]: EnvValue.fromValue(Paths.EXCHANGE),
    [Env.ITEM_COUNT]: EnvValue.fromValue(String(queue.itemCount)),
    [Env.ITEMS_PER_POD]: EnvValue.fromValue(String(limits.itemsPerPod)),
    [Env.MAX_ATTEMPTS]: EnvValue.fromValue(String(limits.maxAttempts)),
    [Env.ITEM_TIMEOUT_SECONDS]: EnvValue.fromValue(String(limits.itemTimeoutSeconds)),
    [Env.TOLERATED_FAILURES]: EnvValue.fromValue(String(limits.toleratedFailures)),
    [Env.TERMINATION_GRACE_SECONDS]: EnvValue.fromValue(String(limits.graceSeconds)),
    [Env.POD_NAME]: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME),
  };
}

/** Where the courier has to put the item, beside the program's standard input. */
function itemUse({ program, itemVariable }: CoarseWorkerJobProps): Record<string, EnvValue> {
  const args = program._itemArguments();
  return {
    ...(itemVariable !== undefined && { [Env.ITEM_VARIABLE]: EnvValue.fromValue(itemVariable) }),
    ...(args && { [Env.ITEM_ARGUMENTS]: EnvValue.fromValue(unexpanded(JSON.stringify(args))) }),
  };
}

function queueName(queue: IWorkQueue): EnvValue {
  return EnvValue.fromValue(lazy(() => queue.queueName));
}
