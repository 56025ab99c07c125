import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import { type ItemSequence, readStream } from '../../lib/contract/item-formula';
import { FramedItems } from '../../lib/contract/item-frames';
import { MountPath } from '../../lib/contract/mount-paths';
import { shortened } from '../../lib/programs/runtime/visible';
import type { Cluster } from '../kubernetes/cluster';
import type { Job } from '../kubernetes/objects';
import { containerOf, variableOf, volumeOf } from '../kubernetes/pod-template';
import { CommandError } from '../system/command-error';

/** How much of an item is shown. */
const MAX_CHARACTERS = 60;

/** The items of a run, by their numbers, from the ConfigMaps of its seeder. */
export class ItemTexts {
  constructor(private readonly items: ItemSequence) {}

  /** An item. */
  bytes(number: number): Buffer {
    return this.items.item(number);
  }

  /** The start of an item. */
  text(number: number): string | undefined {
    if (number >= this.items.count) return undefined;
    const text = this.items
      .item(number)
      .subarray(0, 4 * MAX_CHARACTERS + 4)
      .toString();
    return shortened(text, MAX_CHARACTERS);
  }

  /** The number of the first item with these bytes. */
  find(item: Buffer): number | undefined {
    for (let number = 0; number < this.items.count; number++) if (this.items.item(number).equals(item)) return number;
    return undefined;
  }
}

/** Rejects if the ConfigMaps cannot be read, or are gone, or contain other items than those of the synth. */
export async function readExactItems(cluster: Cluster, seeder: Job): Promise<ItemTexts> {
  const stream = await readItemStream(cluster, seeder);
  if (digestOf(stream) === digestOfSynth(seeder)) return itemsOf(stream);
  throw new CommandError(
    "The items in the ConfigMaps differ from those of the synth, so they are not published. Apply the run's manifest again",
  );
}

/** What the synth has told the seeder. */
export function digestOfSynth(seeder: Job): string | undefined {
  const container = containerOf(seeder, ContainerName.SEEDER);
  return container && variableOf(container, EnvName.ITEMS_DIGEST)?.value;
}

/** What it must be for the list in the ConfigMaps. */
export function digestOf(stream: Buffer): string {
  return createHash('sha256').update(stream).digest('hex');
}

/** Rejects if the ConfigMaps cannot be read, or are gone. */
export async function readItemTexts(cluster: Cluster, seeder: Job): Promise<ItemTexts> {
  return itemsOf(await readItemStream(cluster, seeder));
}

function itemsOf(stream: Buffer): ItemTexts {
  return new ItemTexts(readStream(new FramedItems(stream)));
}

/** The unpacked contents of the ConfigMaps, of which the seeder knows the digest. */
export async function readItemStream(cluster: Cluster, seeder: Job): Promise<Buffer> {
  const pieces = new Map<string, Buffer>();
  for (const name of configMapsOf(seeder)) {
    const { binaryData = {} } = await cluster.configMap(name);
    for (const [key, value] of Object.entries(binaryData)) pieces.set(key, Buffer.from(value, 'base64'));
  }
  return gunzipSync(Buffer.concat([...pieces].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, piece]) => piece)));
}

function configMapsOf(seeder: Job): string[] {
  const mounts = containerOf(seeder, ContainerName.SEEDER)?.volumeMounts ?? [];
  const mount = mounts.find(({ mountPath }) => mountPath === MountPath.ITEMS);
  const sources = mount ? (volumeOf(seeder, mount.name)?.projected?.sources ?? []) : [];
  return sources.map(({ configMap }) => configMap?.name).filter((name) => name !== undefined);
}
