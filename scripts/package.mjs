// Builds, and writes what a release publishes to npm: the tarball to dist/js/, and its SBOM beside that folder. The packages
// of other languages contain the same tarball, so it is the SBOM of their code too.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sbom } from './sbom.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const run = (command, args) => execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

mkdirSync(join(root, 'dist', 'js'), { recursive: true });
run(process.execPath, [join('scripts', 'build.mjs')]);
run('npm', ['pack', '--ignore-scripts', '--pack-destination', join('dist', 'js')]);
writeFileSync(join(root, 'dist', `${name}-${version}.cdx.json`), `${JSON.stringify(sbom(root), null, 2)}\n`);
