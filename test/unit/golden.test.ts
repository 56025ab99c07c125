import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Yaml } from 'cdk8s';
import type { Json } from '../support/synth';

/**
 * The whole manifest of main.ts, to be read. What an assertion should hold is in the other tests; here a reviewer sees what
 * a change does. `UPDATE_GOLDEN=1 npx jest --selectProjects unit` writes it anew.
 */
test('main.ts renders test/unit/golden/fruits.k8s.yaml', () => {
  const golden = join(__dirname, 'golden', 'fruits.k8s.yaml');
  const manifest = withoutPrograms(synthMain());
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(golden), { recursive: true });
    writeFileSync(golden, manifest);
  }
  expect(existsSync(golden) && readFileSync(golden, 'utf8')).toBe(manifest);
});

function synthMain(): Json[] {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'));
  process.env.CDK8S_OUTDIR = folder;
  try {
    jest.isolateModules(() => require('../../main'));
    return Yaml.load(join(folder, 'fruits.k8s.yaml'));
  } finally {
    delete process.env.CDK8S_OUTDIR;
    rmSync(folder, { recursive: true });
  }
}

const PROGRAMS = ['courier.js', 'credentials.js', 'runner.sh', 'seeder.js', 'shim.sh'];

/** They change with every release of esbuild and amqplib, and with them the names that are hashes of them. */
function withoutPrograms(objects: Json[]): string {
  const hashed: string[] = [];
  for (const object of objects) {
    const programs = Object.keys({ ...object.data, ...object.binaryData }).filter((file) => PROGRAMS.includes(file));
    if (programs.length > 0) {
      delete object.binaryData;
      object.data = Object.fromEntries(programs.sort().map((file) => [file, `<${file}>`]));
    }
    if (programs.length > 0 || object.kind === 'Job') hashed.push(object.metadata.name);
  }
  const yaml = Yaml.stringify(...objects);
  return hashed.reduce((text, name) => text.replaceAll(name, name.replace(/[0-9a-f]{10}$/, '<hash>')), yaml);
}
