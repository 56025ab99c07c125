import type { Duration } from 'cdk8s';

/**
 * Checks of what a user gives. Each error says what was given, why it cannot be and what to do. `where` begins the
 * message: the construct's class and path, or the function that was called.
 */

/** Longer than anybody waits, and far from where a 64-bit count of nanoseconds ends. */
export const TEN_YEARS_SECONDS = 10 * 365 * 24 * 60 * 60;

/** Kubernetes keeps these counts as 32-bit integers. */
const MOST = 2 ** 31 - 1;

export function requireWholeNumber(where: string, name: string, value: number, least: number, cure: string): number {
  if (!Number.isInteger(value) || value < least || value > MOST) {
    throw new Error(`${where}: ${name} is ${value}; it must be a whole number from ${least} to ${MOST}. ${cure}`);
  }
  return value;
}

/** The duration in whole seconds, the unit of Kubernetes. */
export function requireSeconds(where: string, name: string, value: Duration, least: number, cure: string): number {
  const seconds = value.toMilliseconds({ integral: false }) / 1000;
  if (!Number.isInteger(seconds) || seconds < least || seconds > TEN_YEARS_SECONDS) {
    throw new Error(
      `${where}: ${name} is ${seconds} s; Kubernetes counts in whole seconds, and this may be from ${least} s to ten years. ${cure}`,
    );
  }
  return seconds;
}

/** RFC 1035, which Kubernetes demands of the names of Services. */
export function requireServiceName(where: string, name: string, value: string): string {
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) {
    throw new Error(
      `${where}: ${name} is ${JSON.stringify(value)}, which is no name for a Kubernetes Service. Use at most 63 of ` +
        'a-z, 0-9 and "-", with a letter first and no "-" at the end, such as "rabbitmq-service".',
    );
  }
  return value;
}

/** What Kubernetes accepts as the value of a label. */
export function requireLabelValue(where: string, name: string, value: string): string {
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(value)) {
    throw new Error(
      `${where}: ${name} is ${JSON.stringify(value)}, which cannot be a Kubernetes label. Use 1 to 63 of A-Z, a-z, 0-9, ` +
        '"-", "_" and ".", with a letter or digit at both ends, such as "2026-05-01".',
    );
  }
  return value;
}

export function requireImage(where: string, name: string, value: string): string {
  if (!/^[^\s"'`]+$/.test(value) || value.includes('://')) {
    throw new Error(
      `${where}: ${name} is ${JSON.stringify(value)}, which is no reference to an image. Give a name with a tag or a ` +
        'digest and without a scheme, such as "registry.example.com/team/app:1.2".',
    );
  }
  return value;
}

/** Where text holds half of a surrogate pair it has no UTF-8 form: written as UTF-8 it would silently become another text. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
