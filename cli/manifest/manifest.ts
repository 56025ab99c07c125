import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { containerThatTakesItems, type DeliveryName, deliveryOf } from '../../lib/contract/delivery';
import { EnvName } from '../../lib/contract/environment';
import { Label } from '../../lib/contract/labels';
import { ManifestError } from './manifest-error';
import { type ApiObject, parseObjects } from './parse-objects';

type ConfigMap = k8s.KubeConfigMapProps;
type Secret = k8s.KubeSecretProps;

export interface Job {
  readonly name: string;
  /** Undefined stands for the namespace that kubectl uses. */
  readonly namespace?: string;
  /** As it is in the manifest. */
  readonly object: k8s.KubeJobProps & ApiObject;
  readonly spec: k8s.JobSpec;
  readonly pod: k8s.PodSpec;
  readonly queue: string;
  /** How the program gets the items, if there is no courier. */
  readonly delivery?: DeliveryName;
}

/** The objects that were synthesized, by what they are for. */
export class Manifest {
  private readonly configMaps = new Map<string, ConfigMap>();
  private readonly secrets = new Map<string, Secret>();
  readonly seeders: Job[] = [];
  readonly workers: Job[] = [];

  /** Reads manifest files, or all `*.yaml` files of a folder. */
  static read(...paths: string[]): Manifest {
    const files = paths.flatMap((path) => (isFolder(path) ? yamlFiles(path) : [path]));
    return new Manifest(files.flatMap((file) => inFile(file, () => parseObjects(textOf(file)))));
  }

  static parse(text: string): Manifest {
    return new Manifest(parseObjects(text));
  }

  constructor(readonly objects: readonly ApiObject[]) {
    for (const object of objects) {
      const name = object.metadata?.name ?? '';
      if (object.kind === 'ConfigMap') this.configMaps.set(name, object as ConfigMap);
      else if (object.kind === 'Secret') this.secrets.set(name, object as Secret);
      else if (object.kind === 'Job') this.addJob(name, object as k8s.KubeJobProps & ApiObject);
    }
  }

  /** Throws an error if nothing in the manifest is to be done. */
  requireWorkers(): void {
    if (this.workers.length > 0) return;
    const kinds = [...new Set(this.objects.map(({ kind }) => kind))].slice(0, 5).join(', ');
    throw new ManifestError(
      `The manifest has no worker Job of this package: none of its objects (${kinds || 'none'}) is a Job with the containers ` +
        `"${ContainerName.WORKER}" and "${ContainerName.COURIER}", or has the label ${Label.DELIVERY}. Does the chart have a CoarseWorkerJob or a WorkerPool?`,
    );
  }

  /** The files of a ConfigMap. */
  configMapFiles(name: string): Map<string, Buffer> | undefined {
    const found = this.configMaps.get(name);
    return found && decode(found.data, found.binaryData);
  }

  /** The files of a Secret that is part of the manifest. */
  secretFiles(name: string): Map<string, Buffer> | undefined {
    const found = this.secrets.get(name);
    return found && decode(found.stringData, found.data);
  }

  private addJob(name: string, object: k8s.KubeJobProps & ApiObject): void {
    const { metadata, spec } = object;
    const pod = spec?.template.spec;
    if (!spec || !pod) return;
    const containers = new Set(pod.containers.map((container) => container.name));
    const job = (container: string): Job => ({
      name,
      namespace: metadata?.namespace,
      object,
      spec,
      pod,
      queue: queueOf(name, pod, container),
    });
    if (containers.has(ContainerName.SEEDER)) this.seeders.push(job(ContainerName.SEEDER));
    const taker = containerThatTakesItems(metadata?.labels);
    if (containers.has(ContainerName.WORKER) && containers.has(taker)) {
      this.workers.push({ ...job(taker), delivery: deliveryOf(metadata?.labels) });
    }
  }
}

function isFolder(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found)
    throw new ManifestError(
      `${path} does not exist. Run \`cdk8s synth\`, and name the file or the folder that it writes.`,
    );
  return found.isDirectory();
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ManifestError(`This file cannot be read: ${(error as Error).message}.`);
  }
}

/** What is wrong in a file names it. */
function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ManifestError ? new ManifestError(`${file}: ${error.message}`) : error;
  }
}

function yamlFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  if (names.length === 0) throw new ManifestError(`${folder} has no YAML file. Run \`cdk8s synth\`.`);
  return names.sort().map((name) => join(folder, name));
}

function queueOf(job: string, pod: k8s.PodSpec, containerName: string): string {
  const container = pod.containers.find(({ name }) => name === containerName);
  const queue = container?.env?.find(({ name }) => name === EnvName.QUEUE)?.value;
  if (!queue)
    throw new ManifestError(
      `Job ${job}, container ${containerName}: the environment variable ${EnvName.QUEUE} has no value`,
    );
  return queue;
}

function decode(text?: { readonly [key: string]: string }, base64?: { readonly [key: string]: string }) {
  const files = new Map<string, Buffer>();
  for (const [key, value] of Object.entries(base64 ?? {})) files.set(key, Buffer.from(value, 'base64'));
  for (const [key, value] of Object.entries(text ?? {})) files.set(key, Buffer.from(value));
  return files;
}
