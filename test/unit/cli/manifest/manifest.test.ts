import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { Manifest } from '../../../../cli/manifest/manifest';
import { synthesizedApp } from '../../../support/synthesized';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manifest-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file and its folder are the same manifest', () => {
  const file = join(folder, 'fruits.k8s.yaml');
  writeFileSync(file, Yaml.stringify(...synthesizedApp('main.ts')));
  writeFileSync(join(folder, 'notes.txt'), 'not a manifest');
  const [ofFile, ofFolder] = [Manifest.read(file), Manifest.read(folder)];
  expect(ofFile.objects).toEqual(ofFolder.objects);
  expect(ofFile.workers.map(({ queue }) => queue)).toEqual(ofFile.seeders.map(({ queue }) => queue));
});

test('numbers and strings are what Kubernetes reads: an unquoted yes is a boolean, 0644 is octal', () => {
  const [object] = Manifest.parse('kind: ConfigMap\ndata: {a: yes, b: 0644, c: "yes"}\n').objects;
  expect(object).toMatchObject({ data: { a: true, b: 0o644, c: 'yes' } });
});

test.each([
  ['a file that does not exist', 'nothing.yaml', /nothing.yaml does not exist. Run `cdk8s synth`/],
  ['a folder without YAML', '', /has no YAML file. Run `cdk8s synth`/],
])('%s is an error that names it', (_, name, message) => {
  expect(() => Manifest.read(join(folder, name))).toThrow(message);
});

test('an error in a file names the file', () => {
  writeFileSync(join(folder, 'broken.yaml'), 'a: [1\n');
  expect(() => Manifest.read(folder)).toThrow(/broken.yaml: This is not a manifest, because it is not YAML/);
});
