import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { devDependencies, version } from '../../package.json';
import { bundles } from '../support/bundles';

const root = join(__dirname, '..', '..');

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly unknown[];
}

describe('the SBOM', () => {
  // Jest loads no ES modules.
  const code = `import { sbom } from '${pathToFileURL(join(root, 'scripts', 'sbom.mjs'))}';
    console.log(JSON.stringify(sbom(${JSON.stringify(root)}, 'cdk8s-work-queue')));`;
  const bom = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
  );
  const components: readonly Component[] = bom.components;

  test('is CycloneDX, and of this package and version', () => {
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: expect.stringMatching(/^1\.\d$/), version: 1 });
    expect(bom.metadata.component).toMatchObject({
      name: 'cdk8s-work-queue',
      version,
      purl: `pkg:npm/cdk8s-work-queue@${version}`,
    });
  });

  test('has each package that is in a bundle, with its version, and nothing else', () => {
    const inside = [...bundles().values()].flat().map(({ name, version }) => `${name}@${version}`);
    expect(components.map(({ name, version }) => `${name}@${version}`).sort()).toEqual([...new Set(inside)].sort());
  });

  test('has the package URL, the digest and the licence of each component', () => {
    for (const component of components) {
      expect(component).toMatchObject({
        purl: expect.stringMatching(/^pkg:npm\//),
        hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
        licenses: [expect.anything()],
      });
    }
  });

  test('has no dependency on what is not a component', () => {
    const refs = new Set([...components.map((component) => component['bom-ref']), `cdk8s-work-queue@${version}`]);
    const dependencies: readonly { ref: string; dependsOn: string[] }[] = bom.dependencies;
    expect(dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !refs.has(ref))).toEqual(
      [],
    );
    expect(dependencies).toHaveLength(components.length + 1);
  });

  test('names no registry of the machine that made it', () => {
    expect(JSON.stringify(bom)).not.toContain('"distribution"');
  });
});

test('an update of what is in the package comes alone, so that its changes are read', () => {
  const { updates } = parse(readFileSync(join(root, '.github', 'dependabot.yml'), 'utf8'));
  const inside = new Set([...bundles().values()].flat().map(({ name }) => name));
  expect(updates[0].groups.development['exclude-patterns']).toEqual(
    Object.keys(devDependencies).filter((name) => inside.has(name)),
  );
});
