import type { k8s } from 'cdk8s-plus-28';
import { quantityValue } from '../../lib/validation/quantity';
import type { Resources } from './explanation';

/** What a pod requests and may use. An init container needs its share before the others run, so the larger one counts. */
export function podResources({ containers, initContainers = [] }: k8s.PodSpec): Resources {
  const running = sum(containers.map(containerResources));
  return initContainers.map(containerResources).reduce(largest, running);
}

export function times(resources: Resources, pods: number): Resources {
  return {
    cpuRequest: rounded(resources.cpuRequest * pods),
    cpuLimit: resources.cpuLimit === null ? null : rounded(resources.cpuLimit * pods),
    memoryRequestBytes: resources.memoryRequestBytes * pods,
    memoryLimitBytes: resources.memoryLimitBytes === null ? null : resources.memoryLimitBytes * pods,
  };
}

export function bytesOf(quantity: unknown): number | null {
  const value = amountOf(quantity);
  return value === undefined ? null : value;
}

/** Without a request, Kubernetes takes the limit for it. */
function containerResources({ resources = {} }: k8s.Container): Resources {
  const limits = resources.limits as Readonly<Record<string, unknown>> | undefined;
  const requests = resources.requests as Readonly<Record<string, unknown>> | undefined;
  return {
    cpuRequest: amountOf(requests?.cpu) ?? amountOf(limits?.cpu) ?? 0,
    cpuLimit: amountOf(limits?.cpu) ?? null,
    memoryRequestBytes: amountOf(requests?.memory) ?? amountOf(limits?.memory) ?? 0,
    memoryLimitBytes: amountOf(limits?.memory) ?? null,
  };
}

function amountOf(quantity: unknown): number | undefined {
  if (quantity === undefined || quantity === null) return undefined;
  const value = quantityValue(String(quantity));
  return Number.isNaN(value) ? undefined : value;
}

function sum(all: readonly Resources[]): Resources {
  const none = { cpuRequest: 0, cpuLimit: 0, memoryRequestBytes: 0, memoryLimitBytes: 0 };
  return all.reduce<Resources>(
    (total, each) => ({
      cpuRequest: rounded(total.cpuRequest + each.cpuRequest),
      cpuLimit: both(total.cpuLimit, each.cpuLimit, (a, b) => rounded(a + b)),
      memoryRequestBytes: total.memoryRequestBytes + each.memoryRequestBytes,
      memoryLimitBytes: both(total.memoryLimitBytes, each.memoryLimitBytes, (a, b) => a + b),
    }),
    none,
  );
}

function largest(a: Resources, b: Resources): Resources {
  return {
    cpuRequest: Math.max(a.cpuRequest, b.cpuRequest),
    cpuLimit: both(a.cpuLimit, b.cpuLimit, Math.max),
    memoryRequestBytes: Math.max(a.memoryRequestBytes, b.memoryRequestBytes),
    memoryLimitBytes: both(a.memoryLimitBytes, b.memoryLimitBytes, Math.max),
  };
}

function both(a: number | null, b: number | null, of: (a: number, b: number) => number): number | null {
  return a === null || b === null ? null : of(a, b);
}

/** Thousandths of a processor. */
function rounded(cpu: number): number {
  return Math.round(cpu * 1000) / 1000;
}
