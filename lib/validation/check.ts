import { type Duration, type Size, SizeRoundingBehavior } from 'cdk8s';
import { isImageReference } from './image-reference';
import { synthError } from './synth-error';

/** Longer than anybody waits, and far from where a 64-bit count of nanoseconds ends. */
export const TEN_YEARS_SECONDS = 10 * 365 * 24 * 60 * 60;

/** Kubernetes keeps its counts as 32-bit integers. */
export const MAX_COUNT = 2 ** 31 - 1;

/** A label of RFC 1035. */
const SERVICE = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A label of RFC 1123. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export interface SecondsRange {
  readonly min: number;
  /** Ten years, unless given. */
  readonly max?: number;
}

/** Checks of what a user gives. Each error says what was given, why it cannot be and what to do. */
export class Check {
  /** @param context the construct's class and path, or the function that was called: it begins each message */
  constructor(private readonly context: string) {}

  wholeNumber(name: string, value: number, min: number, hint: string): number {
    if (Number.isInteger(value) && value >= min && value <= MAX_COUNT) return value;
    throw this.error(name, given(value), `must be a whole number from ${min} to ${MAX_COUNT}`, hint);
  }

  /** The duration in whole seconds, the unit of Kubernetes. */
  seconds(name: string, value: Duration, range: SecondsRange, hint: string): number {
    const { min, max = TEN_YEARS_SECONDS } = range;
    const seconds = value.toMilliseconds({ integral: false }) / 1000;
    if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return seconds;
    const rule = `must be a whole number of seconds, the unit of Kubernetes, from ${min} to ${max}`;
    throw this.error(name, `${seconds} s`, rule, hint);
  }

  /** RFC 1035, which Kubernetes demands of the names of Services. */
  serviceName(name: string, value: string): string {
    if (matches(value, SERVICE)) return value;
    const hint =
      'Use at most 63 of a-z, 0-9 and "-", first a letter and no "-" at the end, such as "rabbitmq-service".';
    throw this.error(name, JSON.stringify(value), 'cannot be the name of a Kubernetes Service', hint);
  }

  /** RFC 1123, which Kubernetes demands of the names of most objects. */
  objectName(name: string, value: string): string {
    if (matches(value, /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/)) return value;
    const hint = 'Use at most 253 of a-z, 0-9, "-" and ".", a letter or digit at both ends.';
    throw this.error(name, JSON.stringify(value), 'cannot be the name of a Kubernetes object', hint);
  }

  /** RFC 1123, which Kubernetes demands of the names of namespaces. */
  namespaceName(name: string, value: string): string {
    if (matches(value, LABEL)) return value;
    const hint = 'Use at most 63 of a-z, 0-9 and "-", a letter or digit at both ends.';
    throw this.error(name, JSON.stringify(value), 'cannot be the name of a Kubernetes namespace', hint);
  }

  /** A name that cdk8s has made of the ids of chart and constructs, for an object that is found by DNS or named after one. */
  generatedName(kind: string, value: string): void {
    if (matches(value, kind === 'Service' ? SERVICE : LABEL)) return;
    const hint =
      'It is made of the ids of the chart and of the constructs in it: let them have a-z, 0-9 and "-" only, and begin with a ' +
      'letter.';
    throw this.error(`the name of its ${kind}`, JSON.stringify(value), `cannot be that of a Kubernetes ${kind}`, hint);
  }

  /** At least this much. */
  size(name: string, value: Size, min: Size, hint: string): number {
    const bytes = value.toKibibytes({ rounding: SizeRoundingBehavior.FLOOR }) * 1024;
    if (bytes >= min.toKibibytes() * 1024) return bytes;
    throw this.error(name, value.asString(), `must be at least ${min.asString()}`, hint);
  }

  /** One of a few. */
  oneOf(name: string, value: number, allowed: readonly number[], hint: string): number {
    if (allowed.includes(value)) return value;
    throw this.error(name, value, `must be one of ${allowed.join(', ')}`, hint);
  }

  /** A key and a value for `rabbitmq.conf`, which has a line for each. https://www.rabbitmq.com/docs/configure#config-file */
  setting(name: string, key: string, value: string): void {
    if (matches(key, /^[A-Za-z0-9_.$@:-]+$/) && matches(value, /^(?=.*\S)[^\n\r]+$/)) return;
    const hint = 'A key has no spaces, and a value is one line and not empty.';
    throw this.error(name, JSON.stringify({ [key]: value }), 'cannot stand in rabbitmq.conf', hint);
  }

  /** A setting of `rabbitmq.conf` that is a number of bytes, which we have to know. */
  bytes(name: string, key: string, value: string, max: number): number {
    if (matches(value, /^[1-9]\d{0,14}$/) && Number(value) <= max) return Number(value);
    const hint = 'Write it in digits, without a unit.';
    throw this.error(name, JSON.stringify({ [key]: value }), `must be a whole number of bytes from 1 to ${max}`, hint);
  }

  /** What Kubernetes accepts as the value of a label. */
  labelValue(name: string, value: string): string {
    if (matches(value, /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/)) return value;
    const hint =
      'Use 1 to 63 of A-Z, a-z, 0-9, "-", "_" and ".", a letter or digit at both ends, such as "2026-05-01".';
    throw this.error(name, JSON.stringify(value), 'cannot be the value of a Kubernetes label', hint);
  }

  image(name: string, value: string): string {
    if (isImageReference(value)) return value;
    const hint =
      'Give a name in lower case, with a tag or a digest and without a scheme, such as "registry.example.com/team/app:1.2".';
    throw this.error(name, JSON.stringify(value), 'is no reference to an image', hint);
  }

  /** What stands before the names of images. */
  registry(name: string, value: string): string {
    if (typeof value === 'string' && isImageReference(`${value}/image:tag`)) return value;
    const hint =
      'Give a host, and a path in lower case, without scheme and tag, such as "registry.example.com/mirror".';
    throw this.error(name, JSON.stringify(value), 'cannot stand before the name of an image', hint);
  }

  /** A host as it stands in a URL, without anything around it. */
  host(name: string, value: string): string {
    if (matches(value, /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/)) return value;
    const hint = 'Give the name or the IPv4 address alone, such as "rabbitmq.messaging.svc"; the port is a property.';
    throw this.error(name, JSON.stringify(value), 'is no name of a host', hint);
  }

  port(name: string, value: number): number {
    if (Number.isInteger(value) && value >= 1 && value <= 65535) return value;
    throw this.error(name, value, 'must be a whole number from 1 to 65535', 'RabbitMQ listens on 5672.');
  }

  /** Two properties, each right by itself. */
  conflict(name: string, given: string | number, rule: string, hint: string): Error {
    return this.error(name, given, rule, hint);
  }

  emptyVirtualHost(name: string): Error {
    return this.error(name, '""', 'cannot be the name of a virtual host', 'Leave it out for the default one, "/".');
  }

  private error(name: string, given: string | number, rule: string, hint: string): Error {
    return synthError(this.context, `${name} is ${given}; it ${rule}`, hint);
  }
}

/** A text may be none, from JSON or a program in another language; a pattern would take its form as a text. */
function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

/** "3" is no 3, and NaN no null. */
function given(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
