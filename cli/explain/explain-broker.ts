import type { k8s } from 'cdk8s-plus-28';
import type { Manifest } from '../manifest/manifest';
import type { BrokerExplanation, CreatedBroker } from './explanation';
import { bytesOf, podResources } from './resources';

/** The broker that a URL leads to, if the manifest creates it. */
export function explainBroker(manifest: Manifest, url: string): BrokerExplanation {
  const set = statefulSetOf(manifest, hostOf(url));
  return { url, created: set ? createdBroker(manifest, set) : null };
}

/** The host may be `$(NAME)`, which is no part of a URL that can be parsed. */
function hostOf(url: string): string {
  const [, host = ''] = /^\w+:\/\/(?:[^@/]*@)?([^:/]*)/.exec(url) ?? [];
  return host;
}

/** The StatefulSet behind the Service of this name. */
function statefulSetOf({ objects }: Manifest, host: string): k8s.KubeStatefulSetProps | undefined {
  const services = objects.filter(({ kind, metadata }) => kind === 'Service' && metadata?.name === host.split('.')[0]);
  const sets = objects.filter(({ kind }) => kind === 'StatefulSet') as k8s.KubeStatefulSetProps[];
  for (const service of services as k8s.KubeServiceProps[]) {
    const wanted = Object.entries(service.spec?.selector ?? {});
    const found = sets.find(({ spec }) =>
      wanted.every(([name, value]) => spec?.template.metadata?.labels?.[name] === value),
    );
    if (found && wanted.length > 0) return found;
  }
  return undefined;
}

function createdBroker(manifest: Manifest, { metadata, spec }: k8s.KubeStatefulSetProps): CreatedBroker | null {
  const pod = spec?.template.spec;
  if (!spec || !pod) return null;
  const settings = settingsOf(manifest, pod);
  const [claim] = spec.volumeClaimTemplates ?? [];
  const requests = claim?.spec?.resources?.requests as Readonly<Record<string, unknown>> | undefined;
  const setting = (name: string) => (settings.has(name) ? Number(settings.get(name)) : null);
  return {
    name: metadata?.name ?? '',
    image: pod.containers[0]?.image ?? '',
    nodes: spec.replicas ?? 1,
    resources: podResources(pod),
    volumeBytes: bytesOf(requests?.storage),
    maxMessageBytes: setting('max_message_size'),
    memoryAlarmBytes: setting('vm_memory_high_watermark.absolute'),
    freeDiskBytes: setting('disk_free_limit.absolute'),
  };
}

/** The settings in the ConfigMaps of a pod, in the form of `rabbitmq.conf`. */
function settingsOf(manifest: Manifest, { volumes = [] }: k8s.PodSpec): Map<string, string> {
  const settings = new Map<string, string>();
  for (const { configMap } of volumes) {
    for (const [file, content] of manifest.configMapFiles(configMap?.name ?? '') ?? []) {
      if (!file.endsWith('.conf')) continue;
      for (const [, name, value] of content.toString().matchAll(/^\s*([\w.]+)\s*=\s*(.*?)\s*$/gm))
        settings.set(name, value);
    }
  }
  return settings;
}
