import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { isExecutable, which } from '../../cli/system/processes';
import type { Broker } from './broker';

/**
 * Runs rabbitmqctl on a broker that is a process of this machine, for what a test cannot do over AMQP: a policy, an alarm, a queue
 * without a leader. The environment is that of the server, which has the name of the node, its cookie and its port mapper.
 */
export function rabbitmqctl(broker: Broker, ...args: string[]): string {
  const env = environmentOf(broker);
  // Debian's script in /usr/sbin changes to another user if it runs as root; the one behind it runs as the caller.
  const plain = '/usr/lib/rabbitmq/bin/rabbitmqctl';
  const command = isExecutable(plain) ? plain : which('rabbitmqctl', '/usr/sbin');
  if (!command) throw new Error('this machine has no rabbitmqctl');
  return execFileSync(command, ['--quiet', ...args], { env, encoding: 'utf8' });
}

/** The settings that the server has from its next start on, after those that it has already. */
export function addSettings(broker: Broker, settings: Readonly<Record<string, string>>): void {
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`);
  appendFileSync(environmentOf(broker).RABBITMQ_CONFIG_FILE, lines.join(''));
}

function environmentOf({ pid, description }: Broker): Record<string, string> {
  if (pid === undefined)
    throw new Error(`${description} was not started as a process; install RabbitMQ on this machine`);
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(environment.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

/** Sets a policy on the queues whose names match, as the administrator of a shared broker does. Returns what clears it. */
export function setPolicy(broker: Broker, pattern: string, definition: Record<string, unknown>): () => void {
  const name = `policy ${pattern}`;
  rabbitmqctl(broker, 'set_policy', '--apply-to', 'queues', name, pattern, JSON.stringify(definition));
  return () => rabbitmqctl(broker, 'clear_policy', name);
}

/** Sets what the broker's user may do; what is not named, it may do with all queues. Returns what restores it. */
export function setPermissions(broker: Broker, patterns: { write?: string; read?: string }): () => void {
  const set = ({ write = '.*', read = '.*' }: typeof patterns) =>
    rabbitmqctl(broker, 'set_permissions', new URL(broker.url).username, '.*', write, read);
  set(patterns);
  return () => set({});
}
