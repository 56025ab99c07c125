import { join } from 'node:path';
import { fileOf, installedVersion, type Project } from './project';

/** A project in TypeScript: the tarball, and what the README installs beside it. Returns what synthesizes an example. */
export async function typescript(project: Project): Promise<(example: string) => Promise<void>> {
  const { artifacts, plus, names } = project.packed;
  project.write('package.json', JSON.stringify({ name: 'project', version: '1.0.0', private: true }));
  const packages = ['cdk8s', `cdk8s-plus-${plus}`, 'constructs', 'tsx', 'typescript'];
  const installed = packages.map((name) => `${name}@${installedVersion(name)}`);
  const quiet = ['--silent', '--no-audit', '--no-fund'];
  await project.run('npm', ['install', ...quiet, fileOf(join(artifacts, 'js'), names.npm), ...installed]);
  return async (example) => {
    await project.run('npx', ['tsc', ...TSC, `examples/typescript/${example}.ts`]);
    await project.run('npx', ['tsx', `examples/typescript/${example}.ts`]);
  };
}

const TSC = ['--noEmit', '--strict', '--module', 'node16', '--target', 'es2022', '--skipLibCheck'];
