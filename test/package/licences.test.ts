import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type BundledPackage, bundles } from '../support/bundles';
import { InstalledPackage } from '../support/installed-package';

describe('the licences of packages whose code is in the package', () => {
  let installed: InstalledPackage;

  beforeAll(() => {
    installed = new InstalledPackage();
  });
  afterAll(() => installed.remove());

  const contents = (file: string) => {
    const compressed = join(installed.folder, `${file}.gz`);
    return existsSync(compressed) ? gunzipSync(readFileSync(compressed)).toString() : installed.read(file);
  };

  const expectLicences = (text: string, packages: readonly BundledPackage[]) => {
    const missing = packages.filter(({ folder, name, version }) => {
      const files = readdirSync(folder).filter((file) => /^(un)?licen[cs]e|^copying|^notice/i.test(file));
      const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
      return !text.includes(`${name} ${version} (`) || texts.length === 0 || !texts.every((one) => text.includes(one));
    });
    expect(missing).toEqual([]);
  };

  test('are all in one file', () => {
    const all = [...bundles().values()].flat();
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'amqplib',
        'commander',
        'csv-parse',
        'fflate',
        'lossless-json',
        '@kubernetes/client-node',
      ]),
    );
    expectLicences(installed.read('build/THIRD-PARTY-LICENSES'), all);
  });

  test.each(['courier', 'seeder'])('are at the end of the %s, which is copied into manifests', (program) => {
    const file = `build/programs/${program}.js`;
    const packages = bundles().get(file) ?? [];
    expect(packages.map(({ name }) => name)).toContain('amqplib');
    expectLicences(contents(file), packages);
    for (const words of ['Copyright (c) 2013, 2014 Michael Bridgen', 'this permission notice']) {
      expect(contents(file)).toContain(words);
    }
  });

  test('are at the end of each bundled module of the constructs, which other bundles may contain', () => {
    const modules = [...bundles()].filter(([file]) => file.startsWith('build/lib/'));
    expect(modules.length).toBeGreaterThanOrEqual(3);
    for (const [file, packages] of modules) {
      expect(packages).not.toEqual([]);
      expectLicences(contents(file), packages);
    }
  });

  test('concern no other program', () => {
    const without = [...bundles()].filter(([, packages]) => packages.length === 0).map(([file]) => file);
    expect(without).toEqual(['build/programs/broker-init.js', 'build/programs/credentials.js']);
  });
});
