import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { login } from '../../../cli/local-broker/amqp';
import type { Broker } from '../../../cli/local-broker/broker-interface';
import { freePorts, listens } from '../../../cli/system/ports';
import { signalGroup } from '../../../cli/system/processes';
import { sleep } from '../../../cli/system/wait';
import { Workspace } from '../../../cli/system/workspace';
import { brokerJConfig } from './broker-j-config';
import { copyBrokerJ } from './broker-j-jars';

const START_SECONDS = 90;
const USERNAME = 'interop';

/** Starts an Apache Qpid Broker-J, with its messages in a Derby database, in a folder of its own. */
export async function startBrokerJ(): Promise<Broker> {
  const workspace = new Workspace('work-queue-broker-j');
  try {
    await copyBrokerJ(workspace.folder('jars'));
    const [port] = await freePorts(1);
    const server = new Server(workspace, port, randomBytes(12).toString('hex'));
    const version = await server.start();
    return {
      url: server.url,
      version,
      description: `Apache Qpid Broker-J ${version} on port ${port}`,
      ours: true,
      get pid() {
        return server.pid;
      },
      kill: () => server.kill(),
      restart: async () => {
        await server.kill();
        await server.start();
      },
      stop: () => workspace.close(),
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

class Server {
  readonly url: string;
  private readonly output: string;
  private readonly config: string;
  private process: ChildProcess | undefined;

  constructor(
    private readonly workspace: Workspace,
    private readonly port: number,
    password: string,
  ) {
    this.url = `amqp://${USERNAME}:${password}@127.0.0.1:${port}`;
    this.output = join(workspace.dir, 'output');
    this.config = join(workspace.dir, 'initial-config.json');
    writeFileSync(this.config, JSON.stringify(brokerJConfig({ username: USERNAME, password })));
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Returns the version when it lets us in. */
  async start(): Promise<string | undefined> {
    const child = this.spawn();
    this.process = child;
    const giveUp = Date.now() + START_SECONDS * 1000;
    for (;;) {
      try {
        const session = await login(this.url, 10);
        await session.close();
        return session.version;
      } catch (error) {
        const ended = child.exitCode !== null || child.signalCode !== null;
        if (ended || Date.now() > giveUp) {
          const state = ended ? 'ended at once' : `does not answer after ${START_SECONDS} s`;
          throw new Error(`Broker-J ${state}: ${(error as Error).message}\n${readFileSync(this.output, 'utf8')}`);
        }
        await sleep(0.1);
      }
    }
  }

  async kill(): Promise<void> {
    signalGroup(this.process?.pid, 'SIGKILL');
    const giveUp = Date.now() + 10_000;
    while (await listens(this.port)) {
      if (Date.now() > giveUp) throw new Error('Broker-J does not die');
      await sleep(0.02);
    }
  }

  private spawn(): ChildProcess {
    const output = openSync(this.output, 'a');
    const work = this.workspace.folder('work');
    const child = spawn(
      'java',
      [
        ...['-Xmx256m', '-XX:+UseSerialGC', `-Dderby.stream.error.file=${join(work, 'derby.log')}`],
        ...['-cp', join(this.workspace.dir, 'jars', '*'), 'org.apache.qpid.server.Main'],
        ...['-icp', this.config, '-prop', `qpid.work_dir=${work}`, '-prop', `qpid.amqp_port=${this.port}`],
      ],
      {
        cwd: this.workspace.dir,
        env: { ...process.env, ...this.workspace.marker },
        detached: true,
        stdio: ['ignore', output, output],
      },
    );
    closeSync(output);
    child.on('error', () => {}); // an exit code follows: the start looks at that
    child.unref();
    return child;
  }
}
