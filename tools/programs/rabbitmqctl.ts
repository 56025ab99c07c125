import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Broker } from '../../cli/local-broker/broker';

const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmqctl';

/** Runs rabbitmqctl on a broker that is a process of this machine, with the server's own environment. */
export function rabbitmqctl(broker: Broker, ...args: string[]): string {
  if (broker.pid === undefined)
    throw new Error(`rabbitmqctl requires a broker on this machine, not ${broker.description}`);
  const variables = readFileSync(`/proc/${broker.pid}/environ`, 'utf8').split('\0').filter(Boolean);
  const env = Object.fromEntries(variables.map((variable) => variable.split(/=(.*)/s).slice(0, 2)));
  return execFileSync(PROGRAM, ['--quiet', ...args], { env, encoding: 'utf8' });
}

/** Sets a policy on the queues whose names match, as the administrator of a shared broker does. Returns what clears it. */
export function setPolicy(broker: Broker, pattern: string, definition: Record<string, unknown>): () => void {
  const name = `policy ${pattern}`;
  rabbitmqctl(broker, 'set_policy', '--apply-to', 'queues', name, pattern, JSON.stringify(definition));
  return () => rabbitmqctl(broker, 'clear_policy', name);
}
