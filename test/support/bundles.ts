import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** A package whose code esbuild has put into a bundle. */
export interface BundledPackage {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}

/** The bundles of the build by their files, each with the packages in it, from the names of its sources. */
export function bundles(): Map<string, BundledPackage[]> {
  const sources: Record<string, string[]> = JSON.parse(readFileSync(join(ROOT, 'build', 'bundles.json'), 'utf8'));
  return new Map(Object.entries(sources).map(([file, names]) => [file, packagesOf(names)]));
}

function packagesOf(sources: readonly string[]): BundledPackage[] {
  const folders = sources
    .filter((source) => source.includes('node_modules/'))
    .map((source) => {
      const parts = source.split('/');
      const start = parts.lastIndexOf('node_modules') + 1;
      return parts.slice(0, parts[start].startsWith('@') ? start + 2 : start + 1).join('/');
    });
  return [...new Set(folders)].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    return { folder: join(ROOT, folder), name, version };
  });
}
