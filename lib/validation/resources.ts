import { type Size, SizeRoundingBehavior } from 'cdk8s';
import type { ContainerResources, Cpu } from 'cdk8s-plus-28';
import type { Check } from './check';
import { quantityValue } from './quantity';

/**
 * Checks what the API server checks only when it creates the pod, after the Job or the StatefulSet already exists.
 * ValidateResourceRequirements in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
 *
 * @param property the name of the property that has the resources, for the error
 */
export function requireResources(check: Check, resources: ContainerResources = {}, property = 'resources'): void {
  const { cpu, memory, ephemeralStorage } = resources;
  const amounts = { cpu: both(cpu, cpuAmount), memory: both(memory, sizeAmount) };
  for (const [name, pair] of Object.entries({ ...amounts, ephemeralStorage: both(ephemeralStorage, sizeAmount) })) {
    for (const [which, { text, value }] of Object.entries(pair)) {
      if (Number.isFinite(value) && value >= 0) continue;
      throw check.conflict(
        `${property}.${name}.${which}`,
        text,
        'must be a number that is not below 0',
        'Leave it out to set none.',
      );
    }
    const { request, limit } = pair;
    if (request && limit && request.value > limit.value) {
      const rule = `must not exceed the limit, ${limit.text}`;
      throw check.conflict(`${property}.${name}.request`, request.text, rule, 'Lower the request, or raise the limit.');
    }
  }
}

interface Amount {
  readonly text: string;
  readonly value: number;
}

function both<T>(pair: { readonly request?: T; readonly limit?: T } = {}, amount: (given: T) => Amount) {
  const { request, limit } = pair;
  return { ...(request && { request: amount(request) }), ...(limit && { limit: amount(limit) }) };
}

function cpuAmount({ amount: text }: Cpu): Amount {
  return { text, value: quantityValue(text) };
}

function sizeAmount(size: Size): Amount {
  return { text: size.asString(), value: size.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) };
}
