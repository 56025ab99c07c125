import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { k8s } from 'cdk8s-plus-28';
import { BrokerVolume } from '../../lib/contract/broker-secrets';
import type { Manifest } from '../manifest/manifest';
import { CommandError } from '../system/command-error';

interface Selection {
  readonly optional?: boolean;
  readonly items?: readonly k8s.KeyToPath[];
}

interface VolumeFile {
  readonly path: string;
  readonly content: Buffer;
  readonly mode?: number;
}

const DEFAULT_MODE = 0o644;

/** These may be missing: the rehearsal has a broker of its own. */
const OF_THE_BROKER: readonly string[] = Object.values(BrokerVolume);

/** Makes the volumes of pods as folders, from what the manifest holds. */
export class Volumes {
  constructor(
    private readonly manifest: Manifest,
    private readonly log: (line: string) => void,
  ) {}

  /** Makes the volumes of a pod in `parent`. Returns their paths by name. */
  make(pod: k8s.PodSpec, parent: string): Map<string, string> {
    return new Map((pod.volumes ?? []).map((volume) => [volume.name, this.makeOne(volume, parent)]));
  }

  private makeOne(volume: k8s.Volume, parent: string): string {
    const dir = join(parent, volume.name);
    mkdirSync(dir, { recursive: true });
    const { configMap, emptyDir, projected, secret, name, ...other } = volume;
    const optional = OF_THE_BROKER.includes(name);
    if (emptyDir) {
      chmodSync(dir, 0o777);
    } else if (configMap) {
      const selection = { items: configMap.items, optional: configMap.optional || optional };
      write(dir, this.filesOf('ConfigMap', configMap.name, selection), configMap.defaultMode);
    } else if (secret) {
      const selection = { items: secret.items, optional: secret.optional || optional };
      write(dir, this.filesOf('Secret', secret.secretName, selection), secret.defaultMode);
    } else if (projected) {
      this.project(dir, name, projected);
    } else {
      throw new CommandError(
        `Volume ${name} is of type ${Object.keys(other)[0] ?? 'unknown'}, which needs a cluster: a rehearsal supports emptyDir, ` +
          'configMap, secret and projected volumes. Try this manifest on a cluster',
      );
    }
    return dir;
  }

  private project(dir: string, name: string, { sources = [], defaultMode }: k8s.ProjectedVolumeSource): void {
    for (const source of sources) {
      const { configMap, secret } = source;
      if (configMap) write(dir, this.filesOf('ConfigMap', configMap.name, configMap), defaultMode);
      else if (secret) write(dir, this.filesOf('Secret', secret.name, secret), defaultMode);
      else this.log(`volume ${name}: a rehearsal does not support ${Object.keys(source)[0]} and leaves it out`);
    }
  }

  private filesOf(kind: 'ConfigMap' | 'Secret', name = '', { items, optional }: Selection): VolumeFile[] {
    const object = kind === 'ConfigMap' ? this.manifest.configMapFiles(name) : this.manifest.secretFiles(name);
    if (!object) {
      if (!optional) this.log(`${kind} ${name} is not part of the manifest: its folder is empty in the rehearsal`);
      return [];
    }
    if (!items) return [...object].map(([path, content]) => ({ path, content }));
    return items.flatMap(({ key, path, mode }) => {
      const content = object.get(key);
      if (content) return [{ path, content, mode }];
      if (optional) return [];
      throw new CommandError(`${kind} ${name} has no key ${key}, which a volume names`);
    });
  }
}

/** As the kubelet does: a `subPath` that does not exist becomes a folder. */
export function makeSubPath(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
}

function write(dir: string, files: VolumeFile[], defaultMode = DEFAULT_MODE): void {
  for (const { path, content, mode } of files) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode ?? defaultMode);
  }
}
