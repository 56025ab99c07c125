import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What a linter does not like about an object. */
export interface Finding {
  readonly rule: string;
  readonly kind: string;
  readonly name: string;
  /** The container, if the linter names it. */
  readonly container?: string;
}

const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache', 'manifest-linters');
const KUBE_SCORE = 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0';
/** All packages that checkov needs, as `pip freeze` lists them. */
const REQUIREMENTS = join(__dirname, 'checkov-requirements.txt');

/** Runs checkov, which it installs into a virtual environment of Python. */
export function checkov(folder: string): Finding[] {
  const environment = join(CACHE, 'checkov');
  const installed = join(environment, basename(REQUIREMENTS));
  if (!existsSync(installed) || !readFileSync(installed).equals(readFileSync(REQUIREMENTS))) {
    run('python3', ['-m', 'venv', '--clear', environment]);
    run(join(environment, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
    copyFileSync(REQUIREMENTS, installed);
  }
  // It would ask its maker's server for explanations of its rules.
  const options = ['--framework', 'kubernetes', '--skip-download', '--soft-fail', '--quiet', '--compact'];
  const { results, summary } = JSON.parse(
    run(join(environment, 'bin', 'checkov'), [...options, '--output', 'json', '--directory', folder]),
  );
  if (summary.passed === 0 || summary.parsing_errors > 0) throw new Error(`checkov: ${JSON.stringify(summary)}`);
  return results.failed_checks.map(
    (check: { readonly check_id: string; readonly check_name: string; readonly resource: string }) => {
      const [kind, , name] = check.resource.split('.');
      return { rule: `checkov ${check.check_id}: ${check.check_name}`, kind, name };
    },
  );
}

/** kube-score's result for one object. */
interface Score {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string };
  readonly checks: readonly {
    readonly check: { readonly id: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
  }[];
}

/** From 1, critical, to 10. */
const ALL_OK = 10;

/** Runs kube-score, which it builds from its Go module. */
export function kubeScore(files: readonly string[]): Finding[] {
  const bin = join(CACHE, KUBE_SCORE.split('@')[1]);
  if (!existsSync(join(bin, 'kube-score'))) {
    mkdirSync(bin, { recursive: true });
    run('go', ['install', KUBE_SCORE], { GOBIN: bin });
  }
  return files.flatMap((file) => {
    const scores: Score[] = JSON.parse(
      run(
        join(bin, 'kube-score'),
        ['score', '--exit-one-on-warning=false', '--output-format', 'json', file],
        {},
        [0, 1],
      ),
    );
    return scores.flatMap(({ type_meta: { kind }, object_meta: { name }, checks }) =>
      checks
        .filter(({ grade, skipped }) => grade < ALL_OK && !skipped)
        .flatMap(({ check, comments }) =>
          (comments ?? []).map(({ path, summary }) => ({
            ...{ rule: `kube-score ${check.id}: ${summary}`, kind, name },
            container: path || undefined,
          })),
        ),
    );
  });
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}, accepted = [0]): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  if (!accepted.includes(status ?? -1))
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return stdout;
}
