import { hostname } from 'node:os';
import type { k8s } from 'cdk8s-plus-28';
import { EnvName } from '../../lib/contract/environment';
import type { Manifest } from '../manifest/manifest';
import { expand } from './expansion';
import type { Mounts } from './mounts';

interface PodIdentity {
  readonly name: string;
  readonly job: string;
  /** In an Indexed Job. */
  readonly index?: number;
}

/** The values of variables that differ from those in the manifest, by their names. */
export type Overrides = Readonly<Record<string, string>>;

export interface EnvironmentSources {
  readonly pod: PodIdentity;
  readonly manifest: Manifest;
  readonly mounts: Mounts;
  readonly overrides: Overrides;
  /** Variables whose values are paths of another container: they stay as they are. */
  readonly verbatim?: readonly string[];
  readonly log: (line: string) => void;
}

/** The environment that the manifest gives a container. */
export function containerEnvironment(container: k8s.Container, sources: EnvironmentSources): Map<string, string> {
  const { pod, manifest, mounts, overrides, verbatim = [], log } = sources;
  const environment = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    const files =
      manifest.configMapFiles(source.configMapRef?.name ?? '') ?? manifest.secretFiles(source.secretRef?.name ?? '');
    for (const [key, value] of files ?? []) environment.set(`${source.prefix ?? ''}${key}`, value.toString());
  }
  // As the Job controller does. A container that sets the variable itself keeps its own value.
  if (pod.index !== undefined) environment.set(EnvName.COMPLETION_INDEX, String(pod.index));
  for (const variable of container.env ?? []) {
    const { name, value, valueFrom } = variable;
    const overridden = overrides[name];
    if (overridden !== undefined) environment.set(name, overridden);
    else if (!valueFrom) {
      const text = value ?? '';
      environment.set(name, expand(verbatim.includes(name) ? text : mounts.translate(text), environment));
    } else {
      const found = referencedValue(valueFrom, pod, manifest) ?? process.env[name];
      if (found !== undefined) environment.set(name, found);
      else
        log(`${container.name}: ${name} comes from ${origin(valueFrom)}; set ${name} in this shell to give it a value`);
    }
  }
  return environment;
}

function referencedValue(source: k8s.EnvVarSource, pod: PodIdentity, manifest: Manifest): string | undefined {
  if (source.fieldRef) {
    const fields: Record<string, string> = {
      'metadata.name': pod.name,
      'metadata.namespace': 'default',
      ...(pod.index !== undefined && {
        "metadata.labels['batch.kubernetes.io/job-completion-index']": String(pod.index),
        "metadata.annotations['batch.kubernetes.io/job-completion-index']": String(pod.index),
      }),
      "metadata.labels['job-name']": pod.job,
      "metadata.labels['batch.kubernetes.io/job-name']": pod.job,
      'spec.nodeName': hostname(),
      'status.podIP': '127.0.0.1',
      'status.hostIP': '127.0.0.1',
    };
    return fields[source.fieldRef.fieldPath];
  }
  const { configMapKeyRef, secretKeyRef } = source;
  if (configMapKeyRef)
    return manifest
      .configMapFiles(configMapKeyRef.name ?? '')
      ?.get(configMapKeyRef.key)
      ?.toString();
  if (secretKeyRef)
    return manifest
      .secretFiles(secretKeyRef.name ?? '')
      ?.get(secretKeyRef.key)
      ?.toString();
  return undefined;
}

function origin(source: k8s.EnvVarSource): string {
  if (source.secretKeyRef) return `Secret ${source.secretKeyRef.name}, which is not part of the manifest`;
  if (source.configMapKeyRef) return `ConfigMap ${source.configMapKeyRef.name}, which is not part of the manifest`;
  return `${source.fieldRef?.fieldPath ?? Object.keys(source)[0]}, which exists only in a cluster`;
}
