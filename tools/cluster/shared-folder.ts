import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PersistentVolumeClaim, Volume, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { until } from '../until';
import type { Namespace } from './namespace';

/**
 * A volume for many pods that is a folder of this machine. No fault of a node, the network, the broker or the API server reaches
 * it. It requires a cluster whose default StorageClass makes folders, and whose nodes are on this machine.
 */
export class SharedFolder {
  private folder = '';

  constructor(
    private readonly namespace: Namespace,
    private readonly claim: string,
  ) {}

  async create(): Promise<void> {
    const spec = { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } };
    const metadata = { name: this.claim };
    await this.namespace.apply([{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec }]);
    this.folder = await until(`the folder of the claim ${this.claim}`, async () => {
      const { volumeName } = (await this.namespace.get('pvc', this.claim)).spec;
      return volumeName && (await this.namespace.get('pv', volumeName)).spec.hostPath.path;
    });
  }

  /** Where a file of the volume is on this machine. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Makes an empty file that the programs, which are another user, may write; resolves to its path on this machine. */
  makeFile(name: string): string {
    const path = this.path(name);
    writeFileSync(path, '');
    chmodSync(path, 0o666);
    return path;
  }
}

/** The volume of a {@link SharedFolder} in the pods of a construct. */
export function sharedFolderMount(scope: Construct, claim: string, path: string): VolumeMount {
  const existing = PersistentVolumeClaim.fromClaimName(scope, `${claim}-claim`, claim);
  return { path, volume: Volume.fromPersistentVolumeClaim(scope, `${claim}-volume`, existing, { name: claim }) };
}
