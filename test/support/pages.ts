import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { repository } from '../../package.json';

const ROOT = join(__dirname, '..', '..');

/** The pages of the project that people read, as paths in it. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'examples/README.md',
  'bench/README.md',
  'spec/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    // The references in docs/api are generated, as API.md is.
    .filter((name) => name.endsWith('.md') && !name.startsWith('api/'))
    .map((name) => join('docs', name))
    .sort(),
];

/** Where the repository shows its files. Pages that npm has link to files that it does not have in this way. */
const IN_REPOSITORY = repository.url.replace(/\.git$/, '/blob/main/');

export interface Link {
  /** As the page has it. */
  readonly target: string;
  /** The address of a page elsewhere. */
  readonly url?: string;
  /** The file, from the folder of the page, or from that of the project. Empty if it is the page itself. */
  readonly path: string;
  readonly fromProject: boolean;
  readonly anchor?: string;
}

export function linksOf(text: string): Link[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
  return targets.map((target) => {
    const fromProject = target.startsWith(IN_REPOSITORY);
    const [path, anchor] = (fromProject ? target.slice(IN_REPOSITORY.length) : target).split('#');
    return { target, url: /^https?:/.test(target) ? target : undefined, path, fromProject, anchor };
  });
}
