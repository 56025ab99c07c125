import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { which } from '../../cli/system/processes';
import { EnvName } from '../../lib/contract/environment';
import { SharedVolume } from '../../lib/contract/shared-volume';

const SHIM = join(__dirname, '..', '..', 'lib', 'programs', 'courier', 'shim.sh');

/** The shim is process 1, as in a container. */
const OWN_PROCESSES = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'];

export interface ShimProcessOptions {
  /** The folder in which the shared folder is made. */
  readonly volume?: string;
  /** In a namespace of processes of its own: the program cannot signal others. */
  readonly ownProcesses?: boolean;
  /** The script that is process 1 of the container, if it is not the shim. */
  readonly script?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A worker's container without the container: the shim under a shell, in a shared folder of its own. */
export class ShimProcess {
  readonly folder: string;
  readonly terminationLog: string;
  stdout = Buffer.alloc(0);
  stderr = '';
  private process: ChildProcess | undefined;
  private path: string;
  private exited: Promise<number> | undefined;

  /** The shell's command line; it is also what `sh` is, for all that the shim starts. */
  constructor(
    private readonly shell: readonly string[],
    private readonly options: ShimProcessOptions = {},
  ) {
    const { volume = tmpdir() } = options;
    this.folder = mkdtempSync(join(volume, 'shim-test-'));
    this.terminationLog = join(this.folder, 'termination-log');
    const bin = join(this.folder, 'bin');
    mkdirSync(bin);
    if (shell[0] !== 'sh') writeFileSync(join(bin, 'sh'), `#!/bin/sh\nexec ${shell.join(' ')} "$@"\n`, { mode: 0o755 });
    this.path = bin + delimiter + process.env.PATH;
  }

  /** An image that has only these programs, beside the shell. */
  has(...names: string[]): void {
    const few = join(this.folder, 'few');
    mkdirSync(few);
    for (const name of [this.shell[0], ...names]) symlinkSync(which(name) ?? '', join(few, name));
    this.path = [join(this.folder, 'bin'), few].join(delimiter);
  }

  /** Where `sleep` takes no time, but adds up how long it would have slept. */
  hurry(): void {
    this.replace('sleep', `#!/bin/sh\necho "$1" >>'${join(this.folder, 'slept')}'\n`);
  }

  /** An image in which a program is another one. */
  replace(name: string, script: string): void {
    writeFileSync(join(this.folder, 'bin', name), script, { mode: 0o755 });
  }

  /** As the kubelet does when it creates the courier's container. */
  courierCreated(): void {
    mkdirSync(join(this.folder, SharedVolume.COURIER_CREATED));
  }

  /** What a courier does before it says its first word. */
  courierMadeFifos(): void {
    mkdirSync(join(this.folder, SharedVolume.FIFOS));
    for (const name of [SharedVolume.UP, SharedVolume.DOWN]) execFileSync('mkfifo', [join(this.folder, name)]);
  }

  get secondsSlept(): number {
    const slept = join(this.folder, 'slept');
    if (!existsSync(slept)) return 0;
    const tenths = readFileSync(slept, 'utf8')
      .trim()
      .split('\n')
      .map((n) => Number(n) * 10);
    return tenths.reduce((sum, n) => sum + n, 0) / 10;
  }

  start(...program: string[]): void {
    const { ownProcesses, script = SHIM, env } = this.options;
    const namespace = ownProcesses ? OWN_PROCESSES : [];
    const [command, ...args] = [...namespace, ...this.shell, script, this.folder, ...program];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, PATH: this.path, [EnvName.TERMINATION_LOG]: this.terminationLog },
      detached: true,
    });
    child.stdout.on('data', (bytes: Buffer) => {
      this.stdout = Buffer.concat([this.stdout, bytes]);
    });
    child.stderr.on('data', (bytes: Buffer) => {
      this.stderr += bytes;
    });
    this.exited = new Promise((resolve) => child.on('exit', (code) => resolve(code ?? -1)));
    this.process = child;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  signal(name: NodeJS.Signals): void {
    this.process?.kill(name);
  }

  exit(): Promise<number> {
    return this.exited ?? Promise.reject(new Error('not started'));
  }

  get terminationMessage(): string {
    return readFileSync(this.terminationLog, 'utf8').trim();
  }

  private processes(): number[] {
    const found = execFileSync('sh', [
      '-c',
      `grep -lz -- "${this.terminationLog}" /proc/[0-9]*/environ 2>/dev/null || true`,
    ]);
    return [...found.toString().matchAll(/\/proc\/(\d+)\//g)].map((match) => Number(match[1]));
  }

  /** Ends the shim and, as the end of a container would, whatever it has started: found by its environment. */
  end(): void {
    // Again until nothing is found: one of them may just be starting another.
    for (let pids = this.processes(); pids.length > 0; pids = this.processes()) for (const pid of pids) kill(pid);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}
