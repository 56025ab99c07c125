import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, listens } from '../system/ports';
import { isExecutable, signalGroup, which } from '../system/processes';
import { sleep } from '../system/wait';
import { Workspace } from '../system/workspace';
import { login } from './amqp';
import type { Broker } from './broker-interface';

const START_SECONDS = 90;

export interface Server {
  readonly rabbitmq: string;
  readonly epmd: string;
}

/** A RabbitMQ that is installed on this machine. */
export function findServer(): Server | undefined {
  // Debian's script in /usr/sbin changes to another user where we are root; the one behind it runs as we do.
  const plain = '/usr/lib/rabbitmq/bin/rabbitmq-server';
  const rabbitmq = isExecutable(plain) ? plain : which('rabbitmq-server', '/usr/sbin');
  const epmd = which('epmd');
  return rabbitmq && epmd ? { rabbitmq, epmd } : undefined;
}

/** Starts a node that shares nothing with other nodes on this machine: ports, data, cookie, port mapper. */
export async function serverBroker(server: Server): Promise<Broker> {
  const workspace = new Workspace('work-queue-broker');
  try {
    const node = await Node.prepare(server, workspace);
    const version = await node.start();
    return {
      url: node.url,
      version,
      description: `RabbitMQ ${version ?? ''} of this machine, on port ${new URL(node.url).port}`,
      ours: true,
      get pid() {
        return node.pid;
      },
      kill: () => node.kill(),
      restart: async () => {
        await node.kill();
        await node.start();
      },
      stop: () => workspace.close(),
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

class Node {
  static async prepare(server: Server, workspace: Workspace): Promise<Node> {
    const [amqp, distribution, epmd] = await freePorts(3);
    const password = randomBytes(12).toString('hex');
    const url = `amqp://rehearsal:${password}@127.0.0.1:${amqp}`;
    const dir = workspace.dir;
    const file = (name: string, ...lines: string[]) => {
      writeFileSync(join(dir, name), `${lines.join('\n')}\n`);
      return join(dir, name);
    };
    const inherited = Object.entries(process.env).filter(([name]) => !/^(RABBITMQ|ERL)_/.test(name));
    const env = {
      ...Object.fromEntries(inherited),
      ...workspace.marker,
      HOME: dir, // the Erlang cookie
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(epmd),
      ERL_CRASH_DUMP_BYTES: '0',
      RABBITMQ_NODENAME: `rehearsal-${amqp}@localhost`,
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +S 2:2',
      RABBITMQ_MNESIA_BASE: workspace.folder('data'),
      RABBITMQ_LOG_BASE: workspace.folder('log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_PID_FILE: join(dir, 'pid'),
      RABBITMQ_CONF_ENV_FILE: file('rabbitmq-env.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', '[].'),
      RABBITMQ_CONFIG_FILE: file(
        'rabbitmq.conf',
        `listeners.tcp.1 = 127.0.0.1:${amqp}`,
        'default_user = rehearsal',
        `default_pass = ${password}`,
        'disk_free_limit.absolute = 50MB',
        'raft.wal_max_size_bytes = 33554432',
      ),
    };
    return new Node(server, workspace, url, env);
  }

  private server?: ChildProcess;
  private epmd?: ChildProcess;
  private forget: () => void = () => {};

  private constructor(
    private readonly programs: Server,
    private readonly workspace: Workspace,
    readonly url: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  get pid(): number | undefined {
    return this.server?.pid;
  }

  /** Returns the version when it lets us in. */
  async start(): Promise<string | undefined> {
    // RabbitMQ would start a port mapper too, but as a daemon, which nobody would end.
    this.epmd ??= this.spawn(this.programs.epmd, '-port', String(this.env.ERL_EPMD_PORT));
    await sleep(0.1);
    const server = this.spawn(this.programs.rabbitmq);
    this.server = server;
    const giveUp = Date.now() + START_SECONDS * 1000;
    for (;;) {
      try {
        const session = await login(this.url, 10);
        await session.close();
        return session.version;
      } catch (error) {
        const ended = server.exitCode !== null || server.signalCode !== null;
        if (ended || Date.now() > giveUp) {
          const state = ended ? 'ended at once' : `does not answer after ${START_SECONDS} s`;
          throw new Error(`RabbitMQ ${state}: ${(error as Error).message}\n${this.lastWords()}`);
        }
        await sleep(0.1);
      }
    }
  }

  async kill(): Promise<void> {
    signalGroup(this.server?.pid, 'SIGKILL');
    const giveUp = Date.now() + 10_000;
    while (await listens(Number(new URL(this.url).port))) {
      if (Date.now() > giveUp) throw new Error('RabbitMQ does not die');
      await sleep(0.02);
    }
    this.forget();
  }

  private spawn(program: string, ...args: string[]): ChildProcess {
    const output = openSync(join(this.workspace.dir, 'output'), 'a');
    const child = spawn(program, args, {
      cwd: this.workspace.dir,
      env: this.env,
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    child.on('error', () => {}); // an exit code follows: the start looks at that
    child.unref();
    if (child.pid !== undefined) this.forget = this.workspace.atEnd(`kill -KILL -- -${child.pid}`);
    return child;
  }

  private lastWords(): string {
    const output = readFileSync(join(this.workspace.dir, 'output'), 'utf8').trimEnd();
    return `${this.programs.rabbitmq} said:\n${output.split('\n').slice(-20).join('\n')}`;
  }
}
