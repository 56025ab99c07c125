import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { MountPath } from '../../lib/contract/mount-paths';
import { oneLine } from '../../lib/programs/runtime/log';
import { CommandError } from '../system/command-error';
import { nearest } from '../system/nearest';

/** Which cluster, as kubectl's options of the same names say it. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

export type KubeConfig = import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' }}).KubeConfig;

/** Loads the configuration that kubectl would use, of a new `config`. */
export function loadKubeConfig(config: KubeConfig, { kubeconfig, context }: ClusterOptions): void {
  const files = kubeconfig === undefined ? environmentFiles() : [kubeconfig];
  const isInPod =
    kubeconfig === undefined && files === undefined && existsSync(join(MountPath.SERVICE_ACCOUNT, 'token'));
  if (isInPod) {
    config.loadFromCluster();
  } else {
    requireFiles(files ?? [defaultFile()], kubeconfig !== undefined);
    try {
      if (kubeconfig === undefined) config.loadFromDefault();
      else config.loadFromFile(kubeconfig);
    } catch (error) {
      const which = (files ?? [defaultFile()]).join(delimiter);
      throw new CommandError(
        `The kubeconfig ${which} cannot be read: ${oneLine((error as Error).message)}. Correct the file`,
      );
    }
  }
  if (context !== undefined) choose(config, context);
  if (!config.getCurrentCluster()) throw noCluster(config);
}

function defaultFile(): string {
  return join(homedir(), '.kube', 'config');
}

function environmentFiles(): string[] | undefined {
  const files = (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (files.length > 0) return files;
  return existsSync(defaultFile()) ? [defaultFile()] : undefined;
}

function requireFiles(files: readonly string[], isOption: boolean): void {
  const missing = files.find((file) => !existsSync(file));
  if (missing === undefined) return;
  if (isOption) throw new CommandError(`--kubeconfig names ${missing}, which does not exist. Name a file that does`);
  if (process.env.KUBECONFIG) {
    throw new CommandError(
      `KUBECONFIG names ${missing}, which does not exist. Correct the variable, or give --kubeconfig FILE`,
    );
  }
  throw new CommandError(
    `There is no cluster to ask: KUBECONFIG is not set, and ${missing} does not exist. Give --kubeconfig FILE, or set KUBECONFIG`,
  );
}

function choose(config: KubeConfig, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (names.includes(context)) {
    config.setCurrentContext(context);
    return;
  }
  const like = nearest(context, names);
  const hint = names.length === 0 ? 'The kubeconfig has no contexts' : `It has ${like.join(', ')}`;
  throw new CommandError(
    `The kubeconfig has no context ${context}. ${hint}: kubectl config get-contexts lists them all`,
  );
}

function noCluster(config: KubeConfig): CommandError {
  const context = config.getCurrentContext();
  if (!context) return new CommandError('The kubeconfig has no current context. Give --context NAME');
  return new CommandError(
    `The kubeconfig's context ${context} has no cluster that the file defines. Give another --context`,
  );
}
