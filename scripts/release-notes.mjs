// Prints what CHANGELOG.md says of a version, for the page of its release:
//
//   node scripts/release-notes.mjs 0.1.0       also v0.1.0, as its tag is called
//
// It fails if CHANGELOG.md has no section of this version, or if package.json has another version.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [argument] = process.argv.slice(2);
if (argument === undefined) fail('Usage: node scripts/release-notes.mjs VERSION');
const version = argument.replace(/^v/, '');

const { version: own, repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
if (own !== version) fail(`package.json has version ${own}, not ${version}`);
const notes = section(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
if (notes === undefined) fail(`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD"`);
if (notes === '') fail(`The section of ${version} in CHANGELOG.md is empty`);
console.log(notes);

function section(changelog) {
  const [, ...sections] = changelog.split(/^## /m);
  const found = sections.find((text) => text.startsWith(`[${version}] - `));
  return found
    ?.split('\n')
    .slice(1)
    .join('\n')
    .replace(/\]\((?!https?:|#)([^)]+)\)/g, `](${repository.url.replace(/\.git$/, '')}/blob/v${version}/$1)`)
    .trim();
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
