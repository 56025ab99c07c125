import { spawn } from 'node:child_process';
import type { k8s } from 'cdk8s-plus-28';
import { MountPath } from '../../lib/contract/mount-paths';
import { quantityValue } from '../../lib/validation/quantity';
import { CommandError } from '../system/command-error';
import { run, which } from '../system/processes';

/** A pull may take long. */
const PULL_SECONDS = 1800;

/** A container of a pod that runs with Docker. */
export interface DockerContainer {
  /** Unique on this machine. */
  readonly name: string;
  readonly container: k8s.Container;
  /** That of the pod, for what the container's own does not say. */
  readonly podSecurity: k8s.PodSecurityContext | undefined;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The local folder of each volume mount, in the same order. */
  readonly folders: readonly string[];
  /** A local file in the place of the termination log. */
  readonly terminationLog: string;
}

/** The command line that runs the container, with the words of `command` in place of the image's entry point. */
export function dockerRun(given: DockerContainer): string[] {
  const { name, container, command, environment, folders, terminationLog } = given;
  const [program = '', ...args] = command;
  const mounts = (container.volumeMounts ?? []).map(({ mountPath, readOnly }, n) =>
    mount(folders[n], mountPath, readOnly === true),
  );
  return [
    ...['docker', 'run', '--rm', '--name', name],
    ...security(given),
    ...limits(container),
    ...(container.workingDir === undefined ? [] : ['--workdir', container.workingDir]),
    ...Object.entries(environment).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
    ...[...mounts, mount(terminationLog, MountPath.TERMINATION_LOG, false)].flat(),
    ...['--entrypoint', program, container.image ?? '', ...args],
  ];
}

function security({ container, podSecurity }: DockerContainer): string[] {
  const { runAsUser, runAsGroup, capabilities, ...own } = container.securityContext ?? {};
  const user = runAsUser ?? podSecurity?.runAsUser;
  const group = runAsGroup ?? podSecurity?.runAsGroup;
  return [
    ...(user === undefined ? [] : ['--user', group === undefined ? String(user) : `${user}:${group}`]),
    ...(own.privileged === true ? ['--privileged'] : []),
    ...(own.allowPrivilegeEscalation === false ? ['--security-opt', 'no-new-privileges'] : []),
    ...(own.readOnlyRootFilesystem === true ? ['--read-only'] : []),
    ...(capabilities?.drop ?? []).flatMap((capability) => ['--cap-drop', capability]),
    ...(capabilities?.add ?? []).flatMap((capability) => ['--cap-add', capability]),
  ];
}

function limits({ resources }: k8s.Container): string[] {
  const { memory, cpu } = (resources?.limits ?? {}) as Readonly<Record<string, unknown>>;
  return [
    ...(memory === undefined ? [] : ['--memory', String(Math.ceil(quantityValue(String(memory))))]),
    ...(cpu === undefined ? [] : ['--cpus', String(quantityValue(String(cpu)))]),
  ];
}

/** Paths with commas are quoted, as Docker reads this as a line of CSV. */
function mount(source: string, target: string, isReadOnly: boolean): string[] {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, ...(isReadOnly ? ['readonly'] : [])];
  return [
    '--mount',
    fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(','),
  ];
}

/** The words that remove a container, whether it runs or not. */
export function dockerRemove(name: string): string[] {
  return ['docker', 'rm', '--force', name];
}

/** Removes a container, and waits for nothing. */
export function removeContainer(name: string): void {
  const [command, ...args] = dockerRemove(name);
  spawn(which(command) ?? command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

/** Throws an error if Docker cannot run these images here. Pulls those that are missing. */
export async function prepareImages(images: Iterable<string>, log: (line: string) => void): Promise<void> {
  if (process.platform !== 'linux') {
    throw new CommandError(
      '--in-image requires Linux, because the worker and its courier share FIFOs. Rehearse without it',
    );
  }
  const docker = which('docker');
  if (!docker) throw new CommandError('--in-image requires Docker, which is not on the PATH. Rehearse without it');
  const { status, output } = await run(docker, ['info'], 15);
  if (status !== 0) throw new CommandError(`--in-image requires Docker, which does not answer: ${output.trim()}`);
  for (const image of images) {
    if ((await run(docker, ['image', 'inspect', image], 30)).status === 0) continue;
    log(`Docker is pulling ${image}`);
    const pull = await run(docker, ['pull', '--quiet', image], PULL_SECONDS);
    if (pull.status !== 0) throw new CommandError(`Docker cannot pull ${image}: ${pull.output.trim()}`);
  }
}
