import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';

export interface ApiObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}
type ConfigMap = k8s.KubeConfigMapProps;
type Secret = k8s.KubeSecretProps;

export interface Job {
  readonly name: string;
  /** Undefined: the one that kubectl is set to. */
  readonly namespace?: string;
  readonly spec: k8s.JobSpec;
  readonly pod: k8s.PodSpec;
  readonly queue: string;
}

/** What a rehearsal needs of the objects that were synthesized. */
export class Manifest {
  private readonly configMaps = new Map<string, ConfigMap>();
  private readonly secrets = new Map<string, Secret>();
  readonly seeders: Job[] = [];
  readonly workers: Job[] = [];

  /** Reads manifest files, or all `*.yaml` files of a folder. */
  static read(...paths: string[]): Manifest {
    const files = paths.flatMap((path) => (statSync(path).isDirectory() ? yamlFiles(path) : [path]));
    const manifest = new Manifest(files.flatMap((file) => Yaml.load(file) as ApiObject[]));
    if (manifest.workers.length === 0) {
      throw new Error(
        `No Job in ${files.join(', ') || paths.join(', ')} has containers "${ContainerName.WORKER}" and ` +
          `"${ContainerName.COURIER}": there is nothing to rehearse. Does the chart have a CoarseWorkerJob?`,
      );
    }
    return manifest;
  }

  constructor(readonly objects: readonly ApiObject[]) {
    for (const object of objects) {
      const name = object.metadata?.name ?? '';
      if (object.kind === 'ConfigMap') this.configMaps.set(name, object as ConfigMap);
      else if (object.kind === 'Secret') this.secrets.set(name, object as Secret);
      else if (object.kind === 'Job') this.addJob(name, object as k8s.KubeJobProps);
    }
    for (const { name, queue } of this.workers) {
      if (!this.seeders.some((seeder) => seeder.queue === queue)) {
        throw new Error(
          `Job ${name} works on queue ${queue}, which no Job of the manifest fills: it would wait for ever`,
        );
      }
    }
  }

  /** The files of a ConfigMap. */
  configMapFiles(name: string): Map<string, Buffer> | undefined {
    const found = this.configMaps.get(name);
    return found && decode(found.data, found.binaryData);
  }

  /** The files of a Secret that stands in the manifest. */
  secretFiles(name: string): Map<string, Buffer> | undefined {
    const found = this.secrets.get(name);
    return found && decode(found.stringData, found.data);
  }

  private addJob(name: string, { metadata, spec }: k8s.KubeJobProps): void {
    const pod = spec?.template.spec;
    if (!spec || !pod) return;
    const containers = new Set(pod.containers.map((container) => container.name));
    const job = (container: string): Job => ({
      name,
      namespace: metadata?.namespace,
      spec,
      pod,
      queue: queueOf(name, pod, container),
    });
    if (containers.has(ContainerName.SEEDER)) this.seeders.push(job(ContainerName.SEEDER));
    if (containers.has(ContainerName.WORKER) && containers.has(ContainerName.COURIER))
      this.workers.push(job(ContainerName.COURIER));
  }
}

function yamlFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return names.sort().map((name) => join(folder, name));
}

function queueOf(job: string, pod: k8s.PodSpec, containerName: string): string {
  const container = pod.containers.find(({ name }) => name === containerName);
  const queue = container?.env?.find(({ name }) => name === EnvName.QUEUE)?.value;
  if (!queue)
    throw new Error(`Job ${job}, container ${containerName}: the environment has no value for ${EnvName.QUEUE}`);
  return queue;
}

function decode(text?: { readonly [key: string]: string }, base64?: { readonly [key: string]: string }) {
  const files = new Map<string, Buffer>();
  for (const [key, value] of Object.entries(base64 ?? {})) files.set(key, Buffer.from(value, 'base64'));
  for (const [key, value] of Object.entries(text ?? {})) files.set(key, Buffer.from(value));
  return files;
}
