// Writes lib/validation/prop-types.ts: the types of all properties, as jsii has found them. Run it after a build.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const OWN = 'cdk8s-work-queue';

/** jsii does not know that these have an index signature. */
const OPEN = ['cdk8s.ApiObjectMetadata'];

/** Members of classes whose public members are all optional. */
const INTERNAL = {
  'cdk8s-plus-28.EnvFrom': ['_toKube'],
  'cdk8s-plus-28.EnvValue': ['value', 'valueFrom'],
  [`${OWN}.Axis`]: ['_axis'],
  [`${OWN}.Delivery`]: ['_way'],
  [`${OWN}.Program`]: ['_command'],
  [`${OWN}.Tls`]: ['_issuer', '_secret'],
  [`${OWN}.Trust`]: ['_volume'],
};

/** The source of lib/validation/prop-types.ts. */
export function propTypes() {
  const folders = new Map([
    [OWN, root],
    ...['cdk8s', 'cdk8s-plus-28', 'constructs'].map((name) => [name, join(root, 'node_modules', name)]),
  ]);
  const assemblies = [...folders.values()].map((folder) => JSON.parse(readFileSync(join(folder, '.jsii'), 'utf8')));
  const types = Object.assign({}, ...assemblies.map((assembly) => assembly.types));
  const structs = {};
  const enums = {};
  const objects = {};
  const names = new Map();

  const isStruct = ({ kind, datatype }) => kind === 'interface' && datatype;
  const parents = ({ base, interfaces = [] }) => [...(base ? [base] : []), ...interfaces].map((fqn) => types[fqn]);
  const members = (type, of) => [...parents(type).flatMap((parent) => members(parent, of)), ...of(type)];

  function notation({ type, optional }) {
    return `${typeName(type)}${optional ? '?' : ''}`;
  }
  function typeName({ primitive, fqn, collection, union }) {
    if (union) throw new Error('there is no notation for a union');
    if (collection) return `${typeName(collection.elementtype)}${collection.kind === 'array' ? '[]' : '{}'}`;
    return primitive ?? add(fqn);
  }
  function add(fqn) {
    const type = types[fqn];
    const { name } = type;
    if ((names.get(name) ?? fqn) !== fqn) throw new Error(`${fqn} and ${names.get(name)} have the same name`);
    if (names.has(name)) return name;
    names.set(name, fqn);
    if (isStruct(type)) {
      const properties = members(type, ({ properties = [] }) => properties);
      // `*` stands for all other names.
      const entries = [
        ...properties.map((one) => [one.name, notation(one)]),
        ...(OPEN.includes(fqn) ? [['*', 'any']] : []),
      ];
      structs[name] = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    } else if (type.kind === 'enum') {
      const values = require(folders.get(type.assembly))[name];
      enums[name] = Object.fromEntries(type.members.map((member) => [member.name, values[member.name]]));
    } else {
      // Of constructs only what each of its versions has.
      const required = ({ assembly, methods = [], properties = [] }) =>
        [...methods, ...properties]
          .filter((one) => !one.static && !one.protected && !one.optional)
          .map((one) => one.name)
          .filter((member) => assembly !== 'constructs' || member === 'node');
      objects[name] = [...new Set([...members(type, required), ...(INTERNAL[fqn] ?? [])])].sort();
      if (objects[name].length === 0) throw new Error(`${fqn} has no members`);
    }
    return name;
  }

  for (const [fqn, type] of Object.entries(types)) if (fqn.startsWith(`${OWN}.`) && isStruct(type)) add(fqn);
  for (const [fqn, { methods = [] }] of Object.entries(types)) {
    if (!fqn.startsWith(`${OWN}.`)) continue;
    const ofParameters = methods.flatMap(({ parameters = [] }) => parameters.map(({ type }) => type.fqn));
    for (const one of ofParameters) if (one && types[one].assembly !== 'constructs') add(one);
  }
  const table = (comment, name, value) =>
    `/** ${comment} */\nexport const ${name} = ${JSON.stringify(sorted(value), null, 2)} as const;\n`;
  const source = [
    '// Written by `npm run prop-types` after a build, from what jsii has found. Do not edit it.\n',
    table(
      'Structs with their properties: `?` may be missing, `[]` is an array, `{}` is a map, `*` is any other name.',
      'STRUCTS',
      structs,
    ),
    table('Enums with their members.', 'ENUMS', enums),
    table('Classes and interfaces, with the members that each object of them has.', 'OBJECTS', objects),
  ].join('\n');
  const biome = require.resolve('@biomejs/biome/bin/biome');
  const file = '--stdin-file-path=lib/validation/prop-types.ts';
  return execFileSync(process.execPath, [biome, 'format', file], { cwd: root, input: source, encoding: 'utf8' });
}

function sorted(value) {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  // With `--print` only to standard output, for the test that compares it.
  if (process.argv.includes('--print')) process.stdout.write(propTypes());
  else writeFileSync(join(root, 'lib', 'validation', 'prop-types.ts'), propTypes());
}
