import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSIONS } from '../../scripts/plus-versions.cjs';
import { go } from '../../tools/languages/go';
import { java } from '../../tools/languages/java';
import { type PackedPackage, Project } from '../../tools/languages/project';
import { python } from '../../tools/languages/python';
import { typescript } from '../../tools/languages/typescript';

const ROOT = join(__dirname, '..', '..');
const EXAMPLES = ['fruits', 'warehouse'];

/** The oldest version of cdk8s-plus, and the newest. */
const TRIED = [VERSIONS[0], VERSIONS[VERSIONS.length - 1]];

const LANGUAGES = { TypeScript: typescript, Python: python, Java: java, Go: go };

let out: string;
let packages: PackedPackage[];
const expected = new Map<string, string>();
const projects: Project[] = [];

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'languages-'));
  const options = ['--recurse', '--out', out, ...TRIED.flatMap((version) => ['--plus', version])];
  execFileSync(process.execPath, ['scripts/package.mjs', ...options], { cwd: ROOT, stdio: 'pipe' });
  const listed: Omit<PackedPackage, 'artifacts'>[] = JSON.parse(readFileSync(join(out, 'packages.json'), 'utf8'));
  packages = listed.map((one) => ({ ...one, artifacts: out }));
});
afterAll(() => {
  for (const project of projects) project.remove();
  rmSync(out, { recursive: true, force: true });
});

function packageFor(plus: string): PackedPackage {
  const found = packages.find((one) => one.plus === plus);
  if (!found) throw new Error(`no package for cdk8s-plus-${plus}`);
  return found;
}

describe.each(TRIED)('with cdk8s-plus-%s', (plus) => {
  describe.each(Object.entries(LANGUAGES))('a clean folder in %s', (name, language) => {
    let project: Project;
    let synth: (example: string) => Promise<void>;
    beforeAll(async () => {
      project = new Project(packageFor(plus));
      projects.push(project);
      synth = await language(project);
    });

    test.each(EXAMPLES)('synthesizes the same manifest of %s as every other', async (example) => {
      // In Java, the order of a map is another one in each run.
      for (let times = name === 'Java' && example === 'warehouse' ? 10 : 1; times > 0; times--) {
        await synth(example);
        const manifest = project.manifest(example);
        if (!expected.has(example)) expected.set(example, manifest);
        expect(manifest === expected.get(example)).toBe(true);
      }
    });
  });
});
