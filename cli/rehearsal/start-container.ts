import { join } from 'node:path';
import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import { visible } from '../../lib/programs/runtime/visible';
import type { Job, Manifest } from '../manifest/manifest';
import { CommandError } from '../system/command-error';
import type { Workspace } from '../system/workspace';
import { type ContainerOptions, ContainerProcess } from './container-process';
import { dockerRemove, dockerRun, removeContainer } from './docker-run';
import { containerEnvironment, type Overrides } from './environment';
import { expand } from './expansion';
import { Mounts } from './mounts';
import { makeSubPath } from './volumes';

export interface RehearsalContext {
  readonly manifest: Manifest;
  readonly workspace: Workspace;
  readonly log: (line: string) => void;
  /** Aborted: everything ends at once. */
  readonly signal: AbortSignal;
  /** Where the programs run. */
  readonly folder: string;
  /** The programs run in their images, with Docker. */
  readonly inImage: boolean;
  overrides(job: Job, containerName: string): Overrides;
}

export interface PodOnMachine {
  readonly name: string;
  readonly job: Job;
  /** In an Indexed Job. */
  readonly index?: number;
  /** The folders of its volumes, by their names. */
  readonly volumes: ReadonlyMap<string, string>;
}

/** Starts a container of a pod: as a process of this machine or, if it is the worker and so wanted, in its image. */
export function startContainer(
  container: k8s.Container,
  pod: PodOnMachine,
  context: RehearsalContext,
): ContainerProcess {
  for (const { name, subPath } of container.volumeMounts ?? []) {
    if (subPath) makeSubPath(join(pod.volumes.get(name) ?? '', subPath));
  }
  if (!container.command?.length) {
    throw new CommandError(
      `Job ${pod.job.name}, container ${container.name}: the command is missing, and a rehearsal has no image that could name one. Set it in the chart`,
    );
  }
  const isInImage = context.inImage && container.name === ContainerName.WORKER;
  return new ContainerProcess(isInImage ? inImage(container, pod, context) : onMachine(container, pod, context));
}

function onMachine(container: k8s.Container, pod: PodOnMachine, context: RehearsalContext): ContainerOptions {
  const mounts = localMounts(container, pod, context.inImage);
  const environment = environmentOf(container, pod, { context, mounts });
  const command = wordsOf(container).map((word) => expand(mounts.translate(word), environment));
  const isWorker = container.name === ContainerName.WORKER;
  if (!isWorker && command[0] === 'node') command[0] = process.execPath;
  const options = commonOptions(container, pod, context);
  return {
    ...options,
    command,
    environment: { ...Object.fromEntries(environment), [EnvName.TERMINATION_LOG]: options.terminationLog },
    cwd: isWorker
      ? (mounts.folderOf(container.workingDir) ?? context.folder)
      : context.workspace.folder(pod.name, 'work', container.name),
  };
}

function inImage(container: k8s.Container, pod: PodOnMachine, context: RehearsalContext): ContainerOptions {
  const environment = environmentOf(container, pod, { context, mounts: new Mounts([]) });
  const options = commonOptions(container, pod, context);
  const name = `${pod.name}-${container.name}`;
  const command = dockerRun({
    name,
    container,
    podSecurity: pod.job.pod.securityContext,
    command: wordsOf(container).map((word) => expand(word, environment)),
    environment: Object.fromEntries(environment),
    folders: (container.volumeMounts ?? []).map((mount) => folderOf(mount, pod)),
    terminationLog: options.terminationLog,
  });
  const outside = { kill: () => removeContainer(name), undo: dockerRemove(name).join(' ') };
  return { ...options, command, environment: {}, cwd: context.folder, outside };
}

function commonOptions(container: k8s.Container, pod: PodOnMachine, { workspace, signal, log }: RehearsalContext) {
  return {
    workspace,
    terminationLog: join(workspace.dir, pod.name, `${container.name}.termination-log`),
    label: join(pod.name, container.name),
    print: (line: string) => {
      // While all containers are killed one after the other, what they say misleads.
      if (!signal.aborted)
        log(`${pod.name} ${container.name.padEnd(ContainerName.COURIER.length)} | ${visible(line, { lines: true })}`);
    },
  };
}

/**
 * The container's own mounts come last, so they win. Those of the others are needed because the courier's environment
 * has a part of the worker's command, unless the worker has paths of its own.
 */
function localMounts(container: k8s.Container, pod: PodOnMachine, isWorkerInImage: boolean): Mounts {
  const others = isWorkerInImage ? [] : pod.job.pod.containers.filter((one) => one !== container);
  const all = [...others, container].flatMap(({ volumeMounts = [] }) => volumeMounts);
  return new Mounts(all.map((mount) => [mount.mountPath, folderOf(mount, pod)]));
}

function folderOf({ name, subPath }: k8s.VolumeMount, { volumes }: PodOnMachine): string {
  return join(volumes.get(name) ?? '', subPath ?? '');
}

interface EnvironmentPlace {
  readonly context: RehearsalContext;
  readonly mounts: Mounts;
}

function environmentOf(container: k8s.Container, pod: PodOnMachine, { context, mounts }: EnvironmentPlace) {
  const { manifest, log, inImage } = context;
  return containerEnvironment(container, {
    pod: { name: pod.name, job: pod.job.name, index: pod.index },
    ...{ manifest, mounts, log },
    overrides: context.overrides(pod.job, container.name),
    verbatim: inImage ? [EnvName.ITEM_ARGUMENTS] : [],
  });
}

function wordsOf({ command = [], args = [] }: k8s.Container): string[] {
  return [...command, ...args];
}
