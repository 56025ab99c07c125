import { isIP } from 'node:net';
import { ForbiddenError, NotFoundError } from '../kubernetes/api-error';
import type { Cluster, PodPort } from '../kubernetes/cluster';
import type { Pod, Service } from '../kubernetes/objects';
import { BrokerUnavailable } from './broker-error';

/**
 * A pod of the broker to forward a port of, chosen as `kubectl port-forward service/…` does it. Undefined if the host is none of
 * the cluster's Services: then this machine may reach it directly.
 */
export async function findBrokerPod(cluster: Cluster, host: string, port: number): Promise<PodPort | undefined> {
  const place = serviceOf(host, cluster.namespace);
  if (!place) return undefined;
  const { name, namespace } = place;
  const service = await serviceUnlessMissing(cluster, name, namespace);
  const selector = service?.spec?.selector;
  if (!service || !selector) return undefined;
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  const pods = await cluster.pods({ namespace, labels: labels.join(',') });
  const ready = pods.filter(isReady);
  const [pod] = ready.length > 0 ? [ready[Math.floor(Math.random() * ready.length)]] : [];
  if (!pod) throw notReady(name, namespace, pods);
  return { namespace, pod: pod.metadata?.name ?? '', port: targetPort(service, pod, port) };
}

/** The Service that a host name of the cluster's DNS is for: NAME, NAME.NAMESPACE, NAME.NAMESPACE.svc and longer. */
function serviceOf(host: string, own: string): { name: string; namespace: string } | undefined {
  if (isIP(host)) return undefined;
  const [name, namespace = own, svc = 'svc'] = host.replace(/\.$/, '').split('.');
  return svc === 'svc' ? { name, namespace } : undefined;
}

async function serviceUnlessMissing(cluster: Cluster, name: string, namespace: string): Promise<Service | undefined> {
  try {
    return await cluster.service(name, namespace);
  } catch (error) {
    // `rabbit.example` looks like a Service of another namespace, which most users may not read.
    const isElsewhere = error instanceof ForbiddenError && namespace !== cluster.namespace;
    if (error instanceof NotFoundError || isElsewhere) return undefined;
    throw error;
  }
}

function isReady({ metadata, status }: Pod): boolean {
  if (metadata?.deletionTimestamp) return false;
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

function targetPort({ spec }: Service, pod: Pod, port: number): number {
  const target = spec?.ports?.find((each) => each.port === port)?.targetPort ?? port;
  if (typeof target === 'number') return target;
  const ports = pod.spec?.containers.flatMap((container) => container.ports ?? []) ?? [];
  return ports.find(({ name }) => name === String(target))?.containerPort ?? port;
}

function notReady(service: string, namespace: string, pods: readonly Pod[]): BrokerUnavailable {
  const states = pods.map(({ metadata, status }) => `${metadata?.name} is ${status?.phase}, not ready`);
  const what = states.length === 0 ? 'has no pods' : `has no pod that is ready: ${states.join(', ')}`;
  const see = `kubectl get pods --namespace ${namespace} says more`;
  return new BrokerUnavailable(`The broker is not ready: Service ${service} ${what}. Wait until it is; ${see}`);
}
