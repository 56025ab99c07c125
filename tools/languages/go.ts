import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from './project';

/** A project in Go, which gets the generated modules from their folders. Returns what builds an example and synthesizes it. */
export async function go(project: Project): Promise<(example: string) => Promise<void>> {
  const { artifacts, plus, names } = project.packed;
  const generated = join(artifacts, 'go');
  const packages = [names.go.packageName, `cdk8splus${plus}`, 'cdk8s', 'constructs'];
  const replaced = packages.map((name) => {
    const [, module] = /^module (\S+)$/m.exec(readFileSync(join(generated, name, 'go.mod'), 'utf8')) ?? [];
    return `replace ${module} => ${join(generated, name)}`;
  });
  const [, version] = /^go (\S+)$/m.exec(readFileSync(join(generated, 'cdk8s', 'go.mod'), 'utf8')) ?? [];
  project.write('go.mod', ['module project', `go ${version}`, ...replaced, ''].join('\n'));
  await project.run('go', ['mod', 'tidy']);
  return async (example) => {
    await project.run('go', ['build', '-o', example, `./examples/go/${example}`]);
    await project.run(project.file(example), []);
  };
}
