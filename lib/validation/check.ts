import { type Duration, type Size, SizeRoundingBehavior } from 'cdk8s';
import { isImageReference } from './image-reference';
import { isLabelValue } from './label-value';
import { synthError } from './synth-error';

/** The maximum duration: longer than anyone waits, and far below the limit of a 64-bit count of nanoseconds. */
export const TEN_YEARS_SECONDS = 10 * 365 * 24 * 60 * 60;

/** The maximum count, because Kubernetes keeps counts as 32-bit integers. */
export const MAX_COUNT = 2 ** 31 - 1;

/** A label as in RFC 1035. */
const SERVICE = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A label as in RFC 1123. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const LABEL_KEY = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

export interface SecondsRange {
  readonly min: number;
  /** @default - ten years */
  readonly max?: number;
}

/** Checks the values that a user gives. Each error says what was given, why it cannot be, and what to do. */
export class Check {
  /** @param context the construct's class and path, or the function that was called; each message begins with it */
  constructor(private readonly context: string) {}

  wholeNumber(name: string, value: number, min: number, hint: string): number {
    if (Number.isInteger(value) && value >= min && value <= MAX_COUNT) return value;
    throw this.error(name, given(value), `must be a whole number from ${min} to ${MAX_COUNT}`, hint);
  }

  percentage(name: string, value: number, hint: string): number {
    if (Number.isFinite(value) && value >= 0 && value <= 100) return value;
    throw this.error(name, given(value), 'must be a number from 0 to 100', hint);
  }

  /** Checks the exit code of a program that has failed. */
  exitCode(name: string, value: number): number {
    if (Number.isInteger(value) && value >= 1 && value <= 255) return value;
    const hint = 'A program that exits with 0 has done its item. If signal N ended it, the exit code is 128 + N.';
    throw this.error(name, given(value), 'must be a whole number from 1 to 255', hint);
  }

  /** Returns the duration in whole seconds, which is the unit of Kubernetes. */
  seconds(name: string, value: Duration, range: SecondsRange, hint: string): number {
    const { min, max = TEN_YEARS_SECONDS } = range;
    const seconds = value.toMilliseconds({ integral: false }) / 1000;
    if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return seconds;
    const rule = `must be a whole number of seconds, the unit of Kubernetes, from ${min} to ${max}`;
    throw this.error(name, `${seconds} s`, rule, hint);
  }

  /** Checks a name against RFC 1035, which Kubernetes requires for the names of Services. */
  serviceName(name: string, value: string): string {
    if (matches(value, SERVICE)) return value;
    const hint =
      'Use at most 63 of a-z, 0-9 and "-", with a letter first and no "-" at the end, such as "rabbitmq-service".';
    throw this.error(name, JSON.stringify(value), 'cannot be the name of a Kubernetes Service', hint);
  }

  /** Checks a name against RFC 1123, which Kubernetes requires for the names of most objects. */
  objectName(name: string, value: string): string {
    if (matches(value, /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/)) return value;
    const hint = 'Use at most 253 of a-z, 0-9, "-" and ".", with a letter or digit at both ends.';
    throw this.error(name, JSON.stringify(value), 'cannot be the name of a Kubernetes object', hint);
  }

  priorityClass(value: string | undefined): void {
    if (value !== undefined) this.objectName('priorityClassName', value);
  }

  /** Checks a name against RFC 1123, which Kubernetes requires for the names of namespaces. */
  namespaceName(name: string, value: string): string {
    if (matches(value, LABEL)) return value;
    const hint = 'Use at most 63 of a-z, 0-9 and "-", with a letter or digit at both ends.';
    throw this.error(name, JSON.stringify(value), 'cannot be the name of a Kubernetes namespace', hint);
  }

  /**
   * Checks a name that cdk8s has generated from the ids of chart and constructs. The object is found by DNS, or it is
   * named after an object that is.
   */
  generatedName(kind: string, value: string): void {
    if (matches(value, kind === 'Service' ? SERVICE : LABEL)) return;
    const hint =
      'It is generated from the ids of the chart and of the constructs in it: let them contain only a-z, 0-9 and ' +
      '"-", and begin with a letter.';
    throw this.error(
      `the name of its ${kind}`,
      JSON.stringify(value),
      `cannot be the name of a Kubernetes ${kind}`,
      hint,
    );
  }

  /** Returns the size in bytes, which must be at least `min`. */
  size(name: string, value: Size, min: Size, hint: string): number {
    const bytes = value.toKibibytes({ rounding: SizeRoundingBehavior.FLOOR }) * 1024;
    if (bytes >= min.toKibibytes() * 1024) return bytes;
    throw this.error(name, value.asString(), `must be at least ${min.asString()}`, hint);
  }

  /** Checks that the value is one of those that are allowed. */
  oneOf(name: string, value: number, allowed: readonly number[], hint: string): number {
    if (allowed.includes(value)) return value;
    throw this.error(name, value, `must be one of ${allowed.join(', ')}`, hint);
  }

  /** Checks a line of `rabbitmq.conf`: a key and its value. https://www.rabbitmq.com/docs/configure#config-file */
  setting(name: string, key: string, value: string): void {
    if (matches(key, /^[A-Za-z0-9_.$@:-]+$/) && matches(value, /^(?=.*\S)[^\n\r]+$/)) return;
    const hint = 'A key must not contain spaces, and a value must be one line that is not empty.';
    throw this.error(name, JSON.stringify({ [key]: value }), 'cannot be a line of rabbitmq.conf', hint);
  }

  /**
   * Returns the value of a setting of `rabbitmq.conf` that is a number of bytes, for settings that this package must
   * know.
   */
  bytes(name: string, key: string, value: string, max: number): number {
    if (matches(value, /^[1-9]\d{0,14}$/) && Number(value) <= max) return Number(value);
    const hint = 'Write it in digits, without a unit.';
    throw this.error(name, JSON.stringify({ [key]: value }), `must be a whole number of bytes from 1 to ${max}`, hint);
  }

  /** Checks a value against what Kubernetes accepts as the value of a label. */
  labelValue(name: string, value: string): string {
    if (isLabelValue(value)) return value;
    const hint =
      'Use 1 to 63 of A-Z, a-z, 0-9, "-", "_" and ".", with a letter or digit at both ends, such as "2026-05-01".';
    throw this.error(name, JSON.stringify(value), 'cannot be the value of a Kubernetes label', hint);
  }

  image(name: string, value: string): string {
    if (isImageReference(value)) return value;
    const hint =
      'Give a name in lower case, with a tag or a digest and without a scheme, such as ' +
      '"registry.example.com/team/app:1.2".';
    throw this.error(name, JSON.stringify(value), 'is not an image reference', hint);
  }

  /** Checks the part of image names that comes before the first name: a host, and a path. */
  registry(name: string, value: string): string {
    if (typeof value === 'string' && isImageReference(`${value}/image:tag`)) return value;
    const hint =
      'Give a host, and a path in lower case, without a scheme or a tag, such as "registry.example.com/mirror".';
    throw this.error(name, JSON.stringify(value), 'cannot be the start of an image name', hint);
  }

  /** Checks a host as it is written in a URL, with nothing before or after it. */
  host(name: string, value: string): string {
    if (matches(value, /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/)) return value;
    const hint = 'Give the name or the IPv4 address alone, such as "rabbitmq.messaging.svc"; the port is a property.';
    throw this.error(name, JSON.stringify(value), 'is not a host name', hint);
  }

  port(name: string, value: number): number {
    if (Number.isInteger(value) && value >= 1 && value <= 65535) return value;
    throw this.error(name, value, 'must be a whole number from 1 to 65535', 'RabbitMQ listens on 5672.');
  }

  /** Checks the key of a label: a name of up to 63 characters, after a DNS name and a slash if there is one. */
  labelKey(name: string, value: string, hint: string): string {
    if (matches(value, LABEL_KEY)) return value;
    throw this.error(name, JSON.stringify(value), 'cannot be the key of a Kubernetes label', hint);
  }

  /** Returns an error for a property that does not fit another one. */
  conflict(name: string, given: string | number, rule: string, hint: string): Error {
    return this.error(name, given, rule, hint);
  }

  emptyVirtualHost(name: string): Error {
    return this.error(name, '""', 'cannot be the name of a virtual host', 'Leave it out for the default, "/".');
  }

  private error(name: string, given: string | number, rule: string, hint: string): Error {
    return synthError(this.context, `${name} is ${given}; it ${rule}`, hint);
  }
}

/**
 * A value from JSON, or from a program in another language, is not always a string. A pattern alone would convert such
 * a value to a string and might match it.
 */
function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

/** Writes a value so that the string "3" differs from the number 3, and NaN from null. */
function given(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
