import { Size } from 'cdk8s';
import { EmptyDirMedium, Volume } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { SHARED_VOLUME_BYTES } from '../../contract/limits';

/** The volume in memory that contains the item, among others. */
export function sharedVolume(job: Construct): Volume {
  return Volume.fromEmptyDir(job, 'SharedVolume', 'work-queue-shared', {
    medium: EmptyDirMedium.MEMORY,
    sizeLimit: Size.mebibytes(SHARED_VOLUME_BYTES / 2 ** 20),
  });
}
