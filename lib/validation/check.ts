import { type Duration, type Size, SizeRoundingBehavior } from 'cdk8s';
import { isImageReference } from './image-reference';

/** Longer than anybody waits, and far from where a 64-bit count of nanoseconds ends. */
export const TEN_YEARS_SECONDS = 10 * 365 * 24 * 60 * 60;

/** Kubernetes keeps its counts as 32-bit integers. */
export const MOST_COUNT = 2 ** 31 - 1;

/** A label of RFC 1035. */
const SERVICE = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A label of RFC 1123. */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export interface SecondsRange {
  readonly least: number;
  /** Ten years, unless given. */
  readonly most?: number;
}

/** Checks of what a user gives. Each error says what was given, why it cannot be and what to do. */
export class Check {
  /** @param where the construct's class and path, or the function that was called: it begins each message */
  constructor(private readonly where: string) {}

  wholeNumber(name: string, value: number, least: number, cure: string): number {
    if (Number.isInteger(value) && value >= least && value <= MOST_COUNT) return value;
    throw this.error(name, given(value), `must be a whole number from ${least} to ${MOST_COUNT}`, cure);
  }

  /** The duration in whole seconds, the unit of Kubernetes. */
  seconds(name: string, value: Duration, range: SecondsRange, cure: string): number {
    const { least, most = TEN_YEARS_SECONDS } = range;
    const seconds = value.toMilliseconds({ integral: false }) / 1000;
    if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return seconds;
    const rule = `must be a whole number of seconds, the unit of Kubernetes, from ${least} to ${most}`;
    throw this.error(name, `${seconds} s`, rule, cure);
  }

  /** RFC 1035, which Kubernetes demands of the names of Services. */
  serviceName(name: string, value: string): string {
    if (matches(value, SERVICE)) return value;
    const cure =
      'Use at most 63 of a-z, 0-9 and "-", first a letter and no "-" at the end, such as "rabbitmq-service".';
    throw this.error(name, JSON.stringify(value), 'cannot be the name of a Kubernetes Service', cure);
  }

  /** RFC 1123, which Kubernetes demands of the names of most objects. */
  objectName(name: string, value: string): string {
    if (matches(value, /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/)) return value;
    const cure = 'Use at most 253 of a-z, 0-9, "-" and ".", a letter or digit at both ends.';
    throw this.error(name, JSON.stringify(value), 'cannot be the name of a Kubernetes object', cure);
  }

  /** RFC 1123, which Kubernetes demands of the names of namespaces. */
  namespaceName(name: string, value: string): string {
    if (matches(value, LABEL)) return value;
    const cure = 'Use at most 63 of a-z, 0-9 and "-", a letter or digit at both ends.';
    throw this.error(name, JSON.stringify(value), 'cannot be the name of a Kubernetes namespace', cure);
  }

  /** A name that cdk8s has made of the ids of chart and constructs, for an object that is found by DNS or named after one. */
  generatedName(kind: string, value: string): void {
    if (matches(value, kind === 'Service' ? SERVICE : LABEL)) return;
    const cure =
      'It is made of the ids of the chart and of the constructs in it: let them have a-z, 0-9 and "-" only, and begin with a ' +
      'letter.';
    throw this.error(`the name of its ${kind}`, JSON.stringify(value), `cannot be that of a Kubernetes ${kind}`, cure);
  }

  /** At least this much. */
  size(name: string, value: Size, least: Size, cure: string): number {
    const bytes = value.toKibibytes({ rounding: SizeRoundingBehavior.FLOOR }) * 1024;
    if (bytes >= least.toKibibytes() * 1024) return bytes;
    throw this.error(name, value.asString(), `must be at least ${least.asString()}`, cure);
  }

  /** One of a few. */
  oneOf(name: string, value: number, allowed: readonly number[], cure: string): number {
    if (allowed.includes(value)) return value;
    throw this.error(name, value, `must be one of ${allowed.join(', ')}`, cure);
  }

  /** A key and a value for `rabbitmq.conf`, which has a line for each. https://www.rabbitmq.com/docs/configure#config-file */
  setting(name: string, key: string, value: string): void {
    if (matches(key, /^[A-Za-z0-9_.$@:-]+$/) && matches(value, /^(?=.*\S)[^\n\r]+$/)) return;
    const cure = 'A key has no spaces, and a value is one line and not empty.';
    throw this.error(name, JSON.stringify({ [key]: value }), 'cannot stand in rabbitmq.conf', cure);
  }

  /** A setting of `rabbitmq.conf` that is a number of bytes, which we have to know. */
  bytes(name: string, key: string, value: string, most: number): number {
    if (matches(value, /^[1-9]\d{0,14}$/) && Number(value) <= most) return Number(value);
    const cure = 'Write it in digits, without a unit.';
    throw this.error(name, JSON.stringify({ [key]: value }), `must be a whole number of bytes from 1 to ${most}`, cure);
  }

  /** What Kubernetes accepts as the value of a label. */
  labelValue(name: string, value: string): string {
    if (matches(value, /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/)) return value;
    const cure =
      'Use 1 to 63 of A-Z, a-z, 0-9, "-", "_" and ".", a letter or digit at both ends, such as "2026-05-01".';
    throw this.error(name, JSON.stringify(value), 'cannot be the value of a Kubernetes label', cure);
  }

  image(name: string, value: string): string {
    if (isImageReference(value)) return value;
    const cure =
      'Give a name in lower case, with a tag or a digest and without a scheme, such as "registry.example.com/team/app:1.2".';
    throw this.error(name, JSON.stringify(value), 'is no reference to an image', cure);
  }

  /** What stands before the names of images. */
  registry(name: string, value: string): string {
    if (typeof value === 'string' && isImageReference(`${value}/image:tag`)) return value;
    const cure =
      'Give a host, and a path in lower case, without scheme and tag, such as "registry.example.com/mirror".';
    throw this.error(name, JSON.stringify(value), 'cannot stand before the name of an image', cure);
  }

  /** A host as it stands in a URL, without anything around it. */
  host(name: string, value: string): string {
    if (matches(value, /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/)) return value;
    const cure = 'Give the name or the IPv4 address alone, such as "rabbitmq.messaging.svc"; the port is a property.';
    throw this.error(name, JSON.stringify(value), 'is no name of a host', cure);
  }

  port(name: string, value: number): number {
    if (Number.isInteger(value) && value >= 1 && value <= 65535) return value;
    throw this.error(name, value, 'must be a whole number from 1 to 65535', 'RabbitMQ listens on 5672.');
  }

  /** Two properties, each right by itself. */
  conflict(name: string, given: string | number, rule: string, cure: string): Error {
    return this.error(name, given, rule, cure);
  }

  emptyVirtualHost(name: string): Error {
    return this.error(name, '""', 'cannot be the name of a virtual host', 'Leave it out for the default one, "/".');
  }

  private error(name: string, given: string | number, rule: string, cure: string): Error {
    return new Error(`${this.where}: ${name} is ${given}; it ${rule}. ${cure}`);
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
