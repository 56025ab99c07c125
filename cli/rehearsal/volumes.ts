import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { k8s } from 'cdk8s-plus-28';
import { BrokerVolume } from '../../lib/contract/broker-secrets';
import type { Manifest } from './manifest';

type Log = (line: string) => void;
interface Selection {
  readonly optional?: boolean;
  readonly items?: readonly k8s.KeyToPath[];
}

const DEFAULT_MODE = 0o644;

/** Not missed: the rehearsal's broker is its own. */
const OF_THE_BROKER: readonly string[] = Object.values(BrokerVolume);

/** Makes the volumes of a pod as folders in `parent`; returns their paths by name. */
export function makeVolumes(pod: k8s.PodSpec, manifest: Manifest, parent: string, log: Log): Map<string, string> {
  return new Map((pod.volumes ?? []).map((volume) => [volume.name, makeVolume(volume, manifest, parent, log)]));
}

function makeVolume(volume: k8s.Volume, manifest: Manifest, parent: string, log: Log): string {
  const dir = join(parent, volume.name);
  mkdirSync(dir, { recursive: true });
  const { configMap, emptyDir, projected, secret, name, ...other } = volume;
  if (emptyDir) {
    chmodSync(dir, 0o777);
  } else if (configMap) {
    const selection = { items: configMap.items, optional: configMap.optional || OF_THE_BROKER.includes(name) };
    write(dir, filesOf('ConfigMap', configMap.name, selection, manifest, log), configMap.defaultMode);
  } else if (secret) {
    const selection = { items: secret.items, optional: secret.optional || OF_THE_BROKER.includes(name) };
    write(dir, filesOf('Secret', secret.secretName, selection, manifest, log), secret.defaultMode);
  } else if (projected) {
    for (const source of projected.sources ?? []) {
      if (source.configMap) {
        write(dir, filesOf('ConfigMap', source.configMap.name, source.configMap, manifest, log), projected.defaultMode);
      } else if (source.secret) {
        write(dir, filesOf('Secret', source.secret.name, source.secret, manifest, log), projected.defaultMode);
      } else {
        log(`volume ${name}: a rehearsal has no ${Object.keys(source)[0]}; it is left out`);
      }
    }
  } else {
    throw new Error(
      `Volume ${name} is of type ${Object.keys(other)[0] ?? 'unknown'}, which needs a cluster: a rehearsal has emptyDir, ` +
        'configMap, secret and projected volumes. Try it with: npm run demo -- --cluster APP',
    );
  }
  return dir;
}

/** As the kubelet does: what a `subPath` names becomes a folder where it is not there. */
export function makeSubPath(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o777);
}

interface VolumeFile {
  readonly path: string;
  readonly content: Buffer;
  readonly mode?: number;
}

function filesOf(
  kind: 'ConfigMap' | 'Secret',
  name: string | undefined,
  { items, optional }: Selection,
  manifest: Manifest,
  log: Log,
): VolumeFile[] {
  const object = kind === 'ConfigMap' ? manifest.configMapFiles(name ?? '') : manifest.secretFiles(name ?? '');
  if (!object) {
    if (!optional) log(`${kind} ${name} is not in the manifest: the folder is empty in the rehearsal`);
    return [];
  }
  if (!items) return [...object].map(([path, content]) => ({ path, content }));
  return items.flatMap(({ key, path, mode }) => {
    const content = object.get(key);
    if (content) return [{ path, content, mode }];
    if (optional) return [];
    throw new Error(`${kind} ${name} has no key ${key}, which a volume names`);
  });
}

function write(dir: string, files: VolumeFile[], defaultMode = DEFAULT_MODE): void {
  for (const { path, content, mode } of files) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode ?? defaultMode);
  }
}
