import { readStream } from '../../lib/contract/item-formula';
import { FramedItems } from '../../lib/contract/item-frames';
import { oneLine } from '../../lib/programs/runtime/log';
import type { Cluster } from '../kubernetes/cluster';
import { digestOf, digestOfSynth, readItemStream } from '../run-state/item-texts';
import type { RunJobs } from '../run-state/run-jobs';
import type { ListCheck } from './receipt';

/** Compares the list in the ConfigMaps with what the synth has told the seeder about it. */
export async function checkList(cluster: Cluster, { seeder, itemCount: items }: RunJobs): Promise<ListCheck> {
  if (!seeder) return { items, note: 'The Job of the seeder was deleted, and with it the digest of the list' };
  const digest = digestOfSynth(seeder);
  let stream: Buffer;
  try {
    stream = await readItemStream(cluster, seeder);
  } catch (error) {
    return { items, ...(digest !== undefined && { digest }), note: oneLine((error as Error).message) };
  }
  const recomputedDigest = digestOf(stream);
  if (digest === undefined) return { items, recomputedDigest, note: 'The Job of the seeder has no digest of the list' };
  const isThatOfSynth = recomputedDigest === digest && countOf(stream) === items;
  return { items, digest, recomputedDigest, isThatOfSynth };
}

/** Undefined if it is no list. */
function countOf(stream: Buffer): number | undefined {
  try {
    return readStream(new FramedItems(stream)).count;
  } catch {
    return undefined;
  }
}
