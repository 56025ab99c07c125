import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../lib/programs/runtime/time';
import { CommandError } from '../system/command-error';
import { listens } from '../system/ports';
import { signalGroup } from '../system/processes';
import type { Workspace } from '../system/workspace';
import { login } from './amqp';
import type { Broker } from './broker-interface';

const START_MS = 90_000;
const DEATH_MS = 10_000;

export interface ServerOptions {
  /** The server's name in messages. */
  readonly name: string;
  /** Where the server lets clients in, with user name and password. */
  readonly url: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Other processes that the server needs, started before it. */
  readonly before?: readonly (readonly [command: string, ...args: string[]])[];
  readonly workspace: Workspace;
}

/** The server of a broker as a process group of this machine, which ends with its workspace. */
export class ServerProcess {
  private server?: ChildProcess;
  private forget: () => void = () => {};
  private isStartedBefore = false;

  constructor(private readonly options: ServerOptions) {}

  /** The leader of the server's process group. */
  get pid(): number | undefined {
    return this.server?.pid;
  }

  get url(): string {
    return this.options.url;
  }

  /** Resolves to the version when the server lets clients in. */
  async start(): Promise<string | undefined> {
    const { name, command, args, before = [] } = this.options;
    if (!this.isStartedBefore) {
      for (const [helper, ...its] of before) this.spawn(helper, its);
      if (before.length > 0) await sleep(100);
      this.isStartedBefore = true;
    }
    const server = this.spawn(command, args);
    this.server = server;
    const giveUp = Date.now() + START_MS;
    for (;;) {
      try {
        const session = await login(this.url, 10_000);
        await session.close();
        return session.version;
      } catch (error) {
        const ended = server.exitCode !== null || server.signalCode !== null;
        if (ended || Date.now() > giveUp) {
          const state = ended ? 'ended at once' : `does not answer after ${START_MS / 1000} s`;
          throw new CommandError(`${name} ${state}: ${(error as Error).message}\n${this.lastLines()}`);
        }
        await sleep(100);
      }
    }
  }

  /** Ends the server as a power cut would. */
  async kill(): Promise<void> {
    signalGroup(this.server?.pid, 'SIGKILL');
    const giveUp = Date.now() + DEATH_MS;
    while (await listens(Number(new URL(this.url).port))) {
      if (Date.now() > giveUp) throw new Error(`${this.options.name} does not die`);
      await sleep(20);
    }
    this.forget();
  }

  /** The started server as a broker, which can be killed and started again on the same port and the same data. */
  broker(version: string | undefined, description: string): Broker {
    const server = this;
    return {
      ...{ url: this.url, version, description, foreign: false },
      get pid() {
        return server.pid;
      },
      kill: () => this.kill(),
      restart: async () => {
        await this.kill();
        await this.start();
      },
      stop: () => this.options.workspace.close(),
    };
  }

  private get outputFile(): string {
    return join(this.options.workspace.dir, 'output');
  }

  private spawn(command: string, args: readonly string[]): ChildProcess {
    const { environment: env, workspace } = this.options;
    const output = openSync(this.outputFile, 'a');
    const stdio: ['ignore', number, number] = ['ignore', output, output];
    const child = spawn(command, args, { cwd: workspace.dir, env, detached: true, stdio });
    closeSync(output);
    child.on('error', () => {}); // an exit code follows: the start checks it
    child.unref();
    if (child.pid !== undefined) this.forget = workspace.atEnd(`kill -KILL -- -${child.pid}`);
    return child;
  }

  private lastLines(): string {
    const output = readFileSync(this.outputFile, 'utf8').trimEnd();
    return `${this.options.command} said:\n${output.split('\n').slice(-20).join('\n')}`;
  }
}
