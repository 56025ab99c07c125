// Compiles the constructs of a package, and makes its modules self-contained.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { JSII_ENVIRONMENT } from './jsii-environment.cjs';
import { bundlePackages, embedPrograms } from './self-contained.mjs';

/**
 * @param root the folder of the package, with its programs in build/programs
 * @param options.watch compiles whenever a source changes, and does not return
 * @returns the metafile of the packages that its modules contain
 */
export async function buildConstructs(root, { watch = false } = {}) {
  const jsii = createRequire(import.meta.url).resolve('jsii/bin/jsii');
  const { status } = spawnSync(
    process.execPath,
    [
      jsii,
      '--tsconfig=tsconfig.jsii.json',
      // jsii-pacmak gives them other names: `from` is `from_` in Python.
      '--silence-warnings=reserved-word',
      // jsii wants the oldest peers installed; the lock file has the newest.
      '--silence-warnings=metadata/missing-dev-dependency',
      ...(watch ? ['--watch'] : []),
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...JSII_ENVIRONMENT },
    },
  );
  if (status !== 0) process.exit(status ?? 1);
  const metafile = await bundlePackages(root);
  embedPrograms(root);
  return metafile;
}
