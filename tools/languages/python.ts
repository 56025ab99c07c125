import { join } from 'node:path';
import { fileOf, type Project } from './project';
import { installedVersion } from './typescript';

/** A project in Python: a virtual environment with the wheel. Returns what synthesizes an example. */
export async function python(project: Project): Promise<(example: string) => Promise<void>> {
  const { folder, plus, names } = project.of;
  await project.run('python3', ['-m', 'venv', 'venv']);
  const pinned = ['cdk8s', `cdk8s-plus-${plus}`, 'constructs'].map((name) => `${name}==${installedVersion(name)}`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await project.run(project.file('venv', 'bin', 'python'), [
    ...pip,
    fileOf(join(folder, 'python'), names.python.module),
    ...pinned,
  ]);
  return async (example) => {
    await project.run(project.file('venv', 'bin', 'python'), [join('examples', 'python', `${example}.py`)]);
  };
}
