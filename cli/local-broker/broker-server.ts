import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../system/ports';
import { isExecutable, which } from '../system/processes';
import { Workspace } from '../system/workspace';
import type { Broker } from './broker-interface';
import { ServerProcess } from './server-process';

export interface InstalledServer {
  readonly rabbitmq: string;
  readonly epmd: string;
}

/** A RabbitMQ that is installed on this machine. */
export function findServer(): InstalledServer | undefined {
  // Debian's script in /usr/sbin changes to another user if it runs as root; the one behind it runs as the caller.
  const plain = '/usr/lib/rabbitmq/bin/rabbitmq-server';
  const rabbitmq = isExecutable(plain) ? plain : which('rabbitmq-server', '/usr/sbin');
  const epmd = which('epmd');
  return rabbitmq && epmd ? { rabbitmq, epmd } : undefined;
}

/** Little room, because such a node is on a person's machine. */
const SETTINGS: ServerSettings = { 'disk_free_limit.absolute': '50MB', 'raft.wal_max_size_bytes': 33_554_432 };

/** Settings of `rabbitmq.conf`, by key. */
export type ServerSettings = Readonly<Record<string, string | number>>;

/**
 * Starts a node that shares nothing with other nodes on this machine: ports, data, cookie, port mapper.
 *
 * @param settings they override the usual ones of such a node
 */
export async function serverBroker(installed: InstalledServer, settings: ServerSettings = {}): Promise<Broker> {
  const workspace = new Workspace('work-queue-broker');
  try {
    const server = await rabbitMQ(installed, workspace, settings);
    const version = await server.start();
    const port = new URL(server.url).port;
    return server.broker(version, `RabbitMQ ${version ?? ''} of this machine, on port ${port}`);
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

async function rabbitMQ(
  { rabbitmq, epmd }: InstalledServer,
  workspace: Workspace,
  settings: ServerSettings,
): Promise<ServerProcess> {
  const [amqp, distribution, mapper] = await freePorts(3);
  const password = randomBytes(12).toString('hex');
  const { dir } = workspace;
  const file = (name: string, ...lines: string[]) => {
    writeFileSync(join(dir, name), `${lines.join('\n')}\n`);
    return join(dir, name);
  };
  const inherited = Object.entries(process.env).filter(([name]) => !/^(RABBITMQ|ERL)_/.test(name));
  return new ServerProcess({
    name: 'RabbitMQ',
    url: `amqp://rehearsal:${password}@127.0.0.1:${amqp}`,
    command: rabbitmq,
    args: [],
    // RabbitMQ would start a port mapper too, but as a daemon, which nothing would end.
    before: [[epmd, '-port', String(mapper)]],
    workspace,
    environment: {
      ...Object.fromEntries(inherited),
      ...workspace.marker,
      HOME: dir, // the Erlang cookie
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(mapper),
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
        ...Object.entries({ ...SETTINGS, ...settings }).map(([key, value]) => `${key} = ${value}`),
      ),
    },
  });
}
