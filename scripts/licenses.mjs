// The licences of the packages whose code esbuild has put into a bundle: their texts must come with each copy of the code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LICENCE_FILE = /^((un)?licen[cs]e|copying|notice)([.-].*)?$/i;

/** The folders of the packages in a bundle, from the names of its sources in esbuild's metafile. */
export function bundledPackages(sources) {
  const folders = sources.map((source) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** The name, version and licence of each package, and the texts of its licence. */
export function licences(root, packages) {
  return packages.map((folder) => licence(join(root, folder))).join('\n');
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
  if (files.length === 0) throw new Error(`${name} has no file with its licence`);
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}
