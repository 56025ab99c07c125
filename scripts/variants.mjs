// The packages for the versions of cdk8s-plus, all from the same sources: each is staged in build/packages and compiled there.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConstructs } from './constructs.mjs';
import { filesIn } from './files-in.mjs';
import plusVersions from './plus-versions.cjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const { PLAIN } = plusVersions;

/** What the package for a version is called, in each language. */
export function names(version) {
  const suffix = (text) => (version === PLAIN ? '' : `${text}${version}`);
  const { python, java, go, dotnet } = own.jsii.targets;
  const npm = `${own.name}${suffix('-plus-')}`;
  return {
    npm,
    python: { ...python, distName: npm, module: `${python.module}${suffix('_plus_')}` },
    java: {
      ...java,
      package: `${java.package}${suffix('.plus')}`,
      maven: { ...java.maven, artifactId: npm },
    },
    go: { ...go, packageName: `${go.packageName}${suffix('plus')}` },
    dotnet: {
      ...dotnet,
      namespace: `${dotnet.namespace}${suffix('.Plus')}`,
      packageId: `${dotnet.packageId}${suffix('.Plus')}`,
    },
  };
}

/** A page of the guide, or an example, for a version of cdk8s-plus. */
export function forVersion(text, version) {
  if (version === PLAIN) return text;
  const [from, to] = [names(PLAIN), names(version)];
  const modules = [
    [`'${from.npm}'`, `'${to.npm}'`],
    [`${from.npm}-${own.version}`, `${to.npm}-${own.version}`],
    [`from ${from.python.module} `, `from ${to.python.module} `],
    [`import ${from.java.package}.`, `import ${to.java.package}.`],
    [`/${from.go.packageName}"`, `/${to.go.packageName}"`],
  ];
  return modules.reduce((changed, [before, after]) => changed.replaceAll(before, after), withPlus(text, version));
}

/** A source. Only what it imports changes, and what its examples do: the name of the package is in labels, too. */
function sourceFor(text, version) {
  return withPlus(text, version).replaceAll(`from '${names(PLAIN).npm}'`, `from '${names(version).npm}'`);
}

function withPlus(text, version) {
  return ['cdk8s-plus-', 'cdk8s_plus_', 'cdk8splus', 'org.cdk8s.plus'].reduce(
    (changed, prefix) => changed.replaceAll(`${prefix}${PLAIN}`, `${prefix}${version}`),
    text,
  );
}

/** Writes the package for a version into build/packages, compiles it, and returns its folder. It copies the programs from build/, so build first. */
export async function stage(version) {
  const { npm, ...targets } = names(version);
  const folder = join(root, 'build', 'packages', npm);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { scripts: _, devDependencies, peerDependencies, jsii, ...rest } = own;
  const { [`cdk8s-plus-${PLAIN}`]: plain, ...otherPeers } = peerDependencies;
  const plus = `cdk8s-plus-${version}`;
  const description = {
    ...rest,
    name: npm,
    jsii: { ...jsii, targets },
    peerDependencies: { ...otherPeers, [plus]: version === PLAIN ? plain : devDependencies[plus] },
  };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(description, null, 2)}\n`);
  for (const part of ['lib', 'imports', 'tsconfig.jsii.json']) copy(part, folder, (text) => sourceFor(text, version));
  const documents = own.files.filter((file) => file !== '.jsii' && !/^(build\/|!)/.test(file));
  // The page about all versions is the same for each.
  const document = (text, file) => (file.endsWith(join('docs', 'languages.md')) ? text : forVersion(text, version));
  for (const part of ['README.md', 'LICENSE', ...documents]) copy(part, folder, document);
  for (const part of own.files.filter((file) => /^build\/(?!lib|imports)/.test(file))) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  await buildConstructs(folder);
  return folder;
}

const TEXTS = ['.ts', '.mts', '.mjs', '.py', '.java', '.go', '.md', '.json'];

function copy(part, folder, change) {
  const target = join(folder, part);
  cpSync(join(root, part), target, { recursive: true });
  for (const file of filesIn(target).filter((name) => TEXTS.includes(extname(name)))) {
    writeFileSync(file, change(readFileSync(file, 'utf8'), file));
  }
}
