import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import type { Formula, ItemSequence } from '../../lib/contract/item-formula';
import { frameItems, itemsPiece } from '../../lib/contract/item-frames';
import { type Job, Manifest } from './manifest';
import { itemsVolume, manifestItems } from './manifest-items';
import type { ApiObject } from './parse-objects';

/** The same manifest with only the first items of each list, and with the pods that these need. */
export function withFirstItems(manifest: Manifest, count: number): Manifest {
  const replaced = new Map<ApiObject, ApiObject>();
  const added: ApiObject[] = [];
  for (const seeder of manifest.seeders) {
    const items = manifestItems(manifest, seeder);
    if (items.count <= count) continue;
    const packed = packFirst(items, count);
    const name = `${seeder.name}-first-items`;
    const binaryData = { [itemsPiece(0)]: packed.piece.toString('base64') };
    added.push({ kind: 'ConfigMap', metadata: { name, namespace: seeder.namespace }, binaryData } as ApiObject);
    replaced.set(seeder.object, seederWith(seeder, { configMap: name, count, digest: packed.digest }));
    for (const worker of manifest.workers.filter(({ queue }) => queue === seeder.queue)) {
      replaced.set(worker.object, workerWith(worker, count));
    }
  }
  return new Manifest([...manifest.objects.map((object) => replaced.get(object) ?? object), ...added]);
}

function packFirst(items: ItemSequence, count: number): { readonly piece: Buffer; readonly digest: string } {
  const formula: Formula = { kind: 'literals', count };
  const first = Array.from({ length: count }, (_, n) => items.item(n));
  const framed = frameItems([JSON.stringify(formula), ...first]);
  return { piece: gzipSync(framed), digest: createHash('sha256').update(framed).digest('hex') };
}

interface FewItems {
  readonly configMap: string;
  readonly count: number;
  readonly digest: string;
}

function seederWith({ object, pod }: Job, { configMap, count, digest }: FewItems): ApiObject {
  const values = { [EnvName.ITEM_COUNT]: String(count), [EnvName.ITEMS_DIGEST]: digest };
  const items = itemsVolume(pod)?.name;
  const volumes = pod.volumes?.map((volume) =>
    volume.name === items ? { ...volume, projected: { sources: [{ configMap: { name: configMap } }] } } : volume,
  );
  return jobWith(object, {}, { ...withVariables(pod, ContainerName.SEEDER, values), volumes });
}

/** A pool has as many pods as before. */
function workerWith({ object, pod }: Job, count: number): ApiObject {
  const courier = pod.containers.find(({ name }) => name === ContainerName.COURIER);
  const itemsPerPod = courier?.env?.find(({ name }) => name === EnvName.ITEMS_PER_POD)?.value;
  const values = { [EnvName.ITEM_COUNT]: String(count) };
  if (itemsPerPod === undefined) return jobWith(object, {}, withVariables(pod, ContainerName.COURIER, values));
  const completions = Math.ceil(count / Number(itemsPerPod));
  const all = { ...values, [EnvName.COMPLETIONS]: String(completions) };
  return jobWith(object, { completions }, withVariables(pod, ContainerName.COURIER, all));
}

function withVariables(pod: k8s.PodSpec, containerName: string, values: Readonly<Record<string, string>>): k8s.PodSpec {
  const containers = pod.containers.map((container) => {
    if (container.name !== containerName) return container;
    const env = container.env?.map((variable) => ({ ...variable, value: values[variable.name] ?? variable.value }));
    return { ...container, env };
  });
  return { ...pod, containers };
}

function jobWith(object: k8s.KubeJobProps & ApiObject, settings: Partial<k8s.JobSpec>, pod: k8s.PodSpec): ApiObject {
  const template = { ...object.spec?.template, spec: pod };
  return { ...object, spec: { ...object.spec, ...settings, template } } as ApiObject;
}
