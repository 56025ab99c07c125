import { gunzipSync } from 'node:zlib';
import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { type ItemSequence, readStream } from '../../lib/contract/item-formula';
import { FramedItems } from '../../lib/contract/item-frames';
import { MountPath } from '../../lib/contract/mount-paths';
import type { Job, Manifest } from './manifest';
import { ManifestError } from './manifest-error';

/** The items that a seeder of the manifest fills its queue with. None is unfolded yet. */
export function manifestItems(manifest: Manifest, seeder: Job): ItemSequence {
  const pieces = new Map<string, Buffer>();
  for (const name of itemConfigMaps(seeder)) {
    const files = manifest.configMapFiles(name);
    if (!files)
      throw new ManifestError(`ConfigMap ${name} with items of Job ${seeder.name} is not part of the manifest.`);
    for (const [file, content] of files) pieces.set(file, content);
  }
  const stream = [...pieces].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, piece]) => piece);
  try {
    return readStream(new FramedItems(gunzipSync(Buffer.concat(stream))));
  } catch (error) {
    throw new ManifestError(`The items of Job ${seeder.name} cannot be read: ${(error as Error).message}.`);
  }
}

/** The ConfigMaps that are projected into the folder of the items. */
function itemConfigMaps({ pod }: Job): string[] {
  const sources = itemsVolume(pod)?.projected?.sources ?? [];
  return sources.map(({ configMap }) => configMap?.name).filter((name) => name !== undefined);
}

/** The volume of a seeder's pod that has its items. */
export function itemsVolume({ containers, volumes = [] }: k8s.PodSpec): k8s.Volume | undefined {
  const mounts = containers.find(({ name }) => name === ContainerName.SEEDER)?.volumeMounts ?? [];
  const mount = mounts.find(({ mountPath }) => mountPath === MountPath.ITEMS);
  return volumes.find(({ name }) => name === mount?.name);
}
