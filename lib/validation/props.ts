import { EXAMPLES } from './examples';
import { requireExactNumbers } from './json-value';
import { nearest } from './nearest';
import { ENUMS, OBJECTS, STRUCTS } from './prop-types';
import { synthError } from './synth-error';

/** The name of a struct of this package. */
export type StructName = keyof typeof STRUCTS;

type Types = Readonly<Record<string, string>>;
const structs: Readonly<Record<string, Types>> = STRUCTS;
const enums: Readonly<Record<string, Readonly<Record<string, string>>>> = ENUMS;
const objects: Readonly<Record<string, readonly string[]>> = OBJECTS;

/**
 * Requires that the properties have their types, and that all are known. TypeScript knows that, but what runs without
 * its compiler, such as JavaScript or `tsx`, does not.
 *
 * @returns the properties
 */
export function requireProps<T>(context: string, struct: StructName, props: T): T {
  requireType(context, 'props', struct, props);
  return props;
}

/**
 * Requires that a value has a type.
 *
 * @param name what an error calls the value
 * @param type a type in the notation of STRUCTS
 */
export function requireType(context: string, name: string, type: string, value: unknown): void {
  new TypeCheck(context).value(name, type, value);
}

/** The context of the errors of a construct, before the construct exists. */
export function constructContext(
  kind: string,
  scope: { readonly node: { readonly path: string } },
  id: string,
): string {
  return `${kind} '${[scope.node.path, id].filter((part) => part !== '').join('/')}'`;
}

class TypeCheck {
  constructor(private readonly context: string) {}

  value(name: string, type: string, value: unknown): void {
    if (type.endsWith('?')) {
      if (value !== undefined) this.value(name, type.slice(0, -1), value);
    } else if (type.endsWith('[]')) this.list(name, type.slice(0, -2), value);
    else if (type.endsWith('{}')) this.map(name, type.slice(0, -2), value);
    else if (type === 'any') requireExactNumbers(this.context, name, value);
    else if (structs[type]) this.struct(name, type, value);
    else if (!isOf(type, value)) throw this.error(name, value, described(type), toWrite(type, value));
  }

  private list(name: string, type: string, value: unknown): void {
    if (!Array.isArray(value)) throw this.error(name, value, 'an array', 'Put it into brackets: [ ].');
    // Not `forEach`, which skips what is missing.
    for (const [n, element] of value.entries()) this.value(`${name}[${n}]`, type, element);
  }

  private map(name: string, type: string, value: unknown): void {
    if (!isPlain(value)) throw this.error(name, value, 'an object', 'Pass a map of names to values.');
    for (const [key, element] of Object.entries(value)) this.value(`${name}.${key}`, type, element);
  }

  private struct(name: string, type: string, value: unknown): void {
    const types = structs[type];
    const known = Object.keys(types).filter((key) => key !== '*');
    if (!isPlain(value))
      throw this.error(name, value, `an object of type ${type}`, `Its properties are ${known.join(', ')}.`);
    // The properties of `props` are what the user has written.
    const inside = (key: string) => (name === 'props' ? key : `${name}.${key}`);
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(types, key) || value[key] === undefined) continue;
      if (types['*']) {
        this.value(inside(key), types['*'], value[key]);
        continue;
      }
      const problem = `${inside(key)} is set, but ${type} has no property ${JSON.stringify(key)}`;
      throw synthError(
        this.context,
        problem,
        `Use ${nearest(key, known)}, or omit it. The properties are ${known.join(', ')}.`,
      );
    }
    const missing = known.filter((key) => value[key] === undefined);
    for (const key of known) if (!missing.includes(key)) this.value(inside(key), types[key], value[key]);
    for (const key of missing) this.value(inside(key), types[key], undefined);
  }

  private error(name: string, value: unknown, what: string, hint: string): Error {
    return synthError(this.context, `${name} is ${shown(value)}; it must be ${what}`, hint);
  }
}

function isOf(type: string, value: unknown): boolean {
  if (isLazy(value)) return true;
  if (enums[type]) return Object.values(enums[type]).includes(value as string);
  if (objects[type]) return isObject(value) && (classesOf(value).includes(type) || hasAll(value, objects[type]));
  return typeof value === type;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether it is an object with properties of any name. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value);
}

/** Not `instanceof`: an app may contain two copies of a package, and objects of jsii may be of other classes. */
function hasAll(value: object, members: readonly string[]): boolean {
  return members.every((member) => member in value);
}

function classesOf(value: object): string[] {
  const names: string[] = [];
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    names.push(at.constructor?.name);
  }
  return names;
}

/** A value that cdk8s resolves at synth. */
function isLazy(value: unknown): boolean {
  return isObject(value) && classesOf(value).includes('Lazy');
}

function described(type: string): string {
  if (enums[type]) {
    const members = Object.keys(enums[type]).map((member) => `${type}.${member}`);
    return `one of ${members.slice(0, 6).join(', ')}${members.length > 6 ? ', …' : ''}`;
  }
  return `${/^[AEIOU]/i.test(type) ? 'an' : 'a'} ${type}`;
}

function toWrite(type: string, value: unknown): string {
  if (!enums[type]) return `Write ${EXAMPLES[type](value)}.`;
  const member = typeof value === 'string' ? nearest(value, Object.keys(enums[type])) : undefined;
  return `Write ${member === undefined ? 'one of them' : `${type}.${member}`}.`;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return 'an array';
  if (!isObject(value)) return typeof value === 'function' ? 'a function' : String(value);
  const [name] = classesOf(value);
  return name === 'Object' || !name
    ? `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no properties'}`
    : `a ${name}`;
}
