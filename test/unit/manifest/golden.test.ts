import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Yaml } from 'cdk8s';
import type { Json } from '../../../tools/synthesized-run';
import { APPS, synthesizedApp } from '../../support/synthesized';

/**
 * The whole manifests of main.ts and the examples, for reviewers, who see here what a change does. Assertions about
 * single properties are in the other tests. `UPDATE_GOLDEN=1 npx jest test/unit/manifest/golden.test.ts
 * --selectProjects unit` rewrites the files.
 */
test.each(APPS.map((app) => [app, app === 'main.ts' ? 'fruits' : basename(app, '.ts')]))(
  '%s renders test/unit/manifest/golden/%s.k8s.yaml',
  (app, name) => {
    const golden = join(__dirname, 'golden', `${name}.k8s.yaml`);
    const manifest = withoutPrograms(synthesizedApp(app));
    if (process.env.UPDATE_GOLDEN) {
      mkdirSync(dirname(golden), { recursive: true });
      writeFileSync(golden, manifest);
    }
    expect(existsSync(golden) && readFileSync(golden, 'utf8')).toBe(manifest);
  },
);

const PROGRAMS = ['broker-init.js', 'consume.sh', 'courier.js', 'credentials.js', 'runner.sh', 'seeder.js', 'shim.sh'];

/**
 * Programs change with every release of esbuild and amqplib, and so do the names that contain a hash of them. So both
 * are replaced.
 */
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
