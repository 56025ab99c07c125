import { type ContainerProps, EnvValue, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { ContainerName } from '../../contract/containers';
import { ProgramEnvName } from '../../contract/environment';
import { MountPath } from '../../contract/mount-paths';
import { exactSizes } from '../../manifest/exact-sizes';
import { lazy } from '../../manifest/lazy';
import { pullPolicy } from '../../manifest/pull-policy';
import type { IWorkQueue } from '../../queue/work-queue';
import type { WorkerJobProps } from '../worker-job-props';
import { valueTemplate } from './item-use';
import { normalizedMounts } from './worker-mounts';
import { workerSecurity } from './worker-security';

/** What the container of the program has besides what the user gives it. */
interface OfPackage {
  readonly command: string[];
  /** In addition to {@link ProgramEnvName.QUEUE}. */
  readonly env?: Record<string, EnvValue>;
  readonly volumeMounts: VolumeMount[];
}

/** The container that runs the program, in the user's image. */
export function workerContainer(
  job: Construct,
  props: WorkerJobProps,
  { command, env, volumeMounts }: OfPackage,
): ContainerProps {
  const script = props.program._volume(job);
  const scriptMounts = script ? [{ path: MountPath.SCRIPT, volume: script, readOnly: true }] : [];
  return {
    name: ContainerName.WORKER,
    image: props.image,
    imagePullPolicy: props.imagePullPolicy ?? pullPolicy(props.image),
    command,
    workingDir: props.workingDir,
    envVariables: { ...env, [ProgramEnvName.QUEUE]: queueName(props.queue), ...fixedVariables(props) },
    envFrom: props.envFrom,
    volumeMounts: [...volumeMounts, ...scriptMounts, ...normalizedMounts(props.volumeMounts)],
    // Without an empty object, cdk8s-plus would request a whole CPU.
    resources: exactSizes(props.resources ?? {}),
    securityContext: workerSecurity(props),
  };
}

/** The variables that are the same for each item. The courier sets the others. */
function fixedVariables({ envVariables = {} }: WorkerJobProps): Record<string, EnvValue> {
  return Object.fromEntries(Object.entries(envVariables).filter(([, value]) => !valueTemplate(value)));
}

export function queueName(queue: IWorkQueue): EnvValue {
  return EnvValue.fromValue(lazy(() => queue.queueName));
}

export function runName(queue: IWorkQueue): EnvValue {
  return EnvValue.fromValue(queue.runId ?? lazy(() => queue.queueName));
}

export function numbers(values: Readonly<Record<string, number>>): Record<string, EnvValue> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, EnvValue.fromValue(String(value))]));
}
