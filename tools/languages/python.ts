import { join } from 'node:path';
import { fileOf, installedVersion, type Project } from './project';

/** A project in Python: a virtual environment with the wheel. Returns what synthesizes an example. */
export async function python(project: Project): Promise<(example: string) => Promise<void>> {
  const { artifacts, plus, names } = project.packed;
  await project.run('python3', ['-m', 'venv', 'venv']);
  const pinned = ['cdk8s', `cdk8s-plus-${plus}`, 'constructs'].map((name) => `${name}==${installedVersion(name)}`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await project.run(project.file('venv', 'bin', 'python'), [
    ...pip,
    fileOf(join(artifacts, 'python'), names.python.module),
    ...pinned,
  ]);
  return async (example) => {
    await project.run(project.file('venv', 'bin', 'python'), [join('examples', 'python', `${example}.py`)]);
  };
}
