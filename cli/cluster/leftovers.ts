import type { k8s } from 'cdk8s-plus-28';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import type { ApiObject } from '../manifest/parse-objects';

/** `kubectl delete` arguments for what the objects of a manifest create in a cluster and `kubectl delete -f` leaves behind. */
export function leftovers(objects: readonly ApiObject[]): string[] {
  return objects.flatMap((object) => {
    const namespace = object.metadata?.namespace ? ` --namespace ${object.metadata.namespace}` : '';
    return [...claimsOf(object), ...secretsOf(object)].map((name) => `${name}${namespace}`);
  });
}

const SECRETS: readonly string[] = [EnvName.CLIENT_SECRET, EnvName.ADMIN_SECRET];

function claimsOf(object: ApiObject): string[] {
  if (object.kind !== 'StatefulSet') return [];
  const { metadata, spec } = object as k8s.KubeStatefulSetProps;
  const claims = (spec?.volumeClaimTemplates ?? []).map((claim) => claim.metadata?.name);
  const replicas = Array.from({ length: spec?.replicas ?? 1 }, (_, n) => n);
  return claims.flatMap((claim) => replicas.map((n) => `persistentvolumeclaim ${claim}-${metadata?.name}-${n}`));
}

function secretsOf(object: ApiObject): string[] {
  if (object.kind !== 'Job') return [];
  const containers = (object as k8s.KubeJobProps).spec?.template.spec?.containers ?? [];
  const names = containers
    .filter(({ name }) => name === ContainerName.CREDENTIALS)
    .flatMap(({ env }) => env?.filter(({ name }) => SECRETS.includes(name)) ?? [])
    .map(({ value }) => value);
  return names.filter((name) => name !== undefined).map((name) => `secret ${name}`);
}
