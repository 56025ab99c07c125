import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** `kubectl`, or a longer command line where the cluster can only be reached from elsewhere: `ssh lab kubectl`. */
const COMMAND = process.env.E2E_KUBECTL ?? 'kubectl';
const LIMIT_MS = 60_000;

export interface KubectlAnswer {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `kubectl` writes to its standard output. Rejects, with its words, where it fails. */
export async function kubectl(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await askKubectl(args);
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || `status ${status}`}`);
  return stdout;
}

/** The answer of `kubectl`, whatever it is. */
export function askKubectl(
  args: string[],
  input = '',
  variables: Readonly<Record<string, string>> = {},
): Promise<KubectlAnswer> {
  const env = { ...process.env, ...variables };
  const child = spawn(...commandLine(args), { stdio: 'pipe', timeout: LIMIT_MS, killSignal: 'SIGKILL', env });
  const [stdout, stderr]: Buffer[][] = [[], []];
  child.stdout.on('data', (part) => stdout.push(part));
  child.stderr.on('data', (part) => stderr.push(part));
  child.stdin.on('error', () => {}); // it ended without reading: its status and words say why
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const [out, err] = [stdout, stderr].map((parts) => Buffer.concat(parts).toString());
      const late = signal ? `no answer within ${LIMIT_MS / 1000} s` : '';
      resolve({ status: code ?? -1, stdout: out, stderr: err + late });
    });
  });
}

/** A `kubectl` that goes on, line by line; answers what stops it. */
export function watchKubectl(
  args: string[],
  { line, end }: { readonly line: (line: string) => void; readonly end: () => void },
): () => void {
  // A group of its own: the command may start others, which would go on.
  const child = spawn(...commandLine(args), { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  createInterface(child.stdout).on('line', line);
  child.on('error', end);
  child.on('close', end);
  return () => {
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
  };
}

/** A command line that starts a program of this machine where `kubectl` is started, because the cluster may be reached only there. */
export function besideKubectl(words: readonly string[]): string[] {
  return ['sh', '-c', `exec ${COMMAND.replace(/\S*kubectl\s*$/, '')} "$@"`, 'sh', ...words];
}

/** The name or the path of `kubectl`, where {@link besideKubectl} starts programs. */
export function kubectlProgram(): string {
  return COMMAND.trim().split(/\s+/).at(-1) ?? 'kubectl';
}

function commandLine(args: string[]): [string, string[]] {
  return ['sh', ['-c', `exec ${COMMAND} "$@"`, 'kubectl', ...args]];
}
