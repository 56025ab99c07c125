import { readdirSync, readFileSync } from 'node:fs';
import type { Json } from '../synthesized-run';
import { until } from '../until';
import { control } from './control';
import { kubectl } from './kubectl';
import type { Namespace } from './namespace';

/** Within them a node that has been started is ready, or it will not be. */
const REVIVAL_SECONDS = 90;

export function node(fault: 'crash' | 'cut' | 'mend', number: number): void {
  control(fault, String(number));
}

/** Starts a node that has crashed, and waits until it is ready. */
export async function revive(number: number): Promise<void> {
  const name = `node-${number}`;
  for (let tries = 3; ; node('crash', number)) {
    try {
      // After its crash it counts as ready for a while: a lease that is renewed says that it is.
      const lease = await leaseOf(name);
      control('revive', String(number));
      // The firewall of a node, which NetworkPolicies need, dies with it, and is not among what comes back.
      if (policiesAreEnforced()) control('policies');
      await until(`${name} alive`, async () => (await leaseOf(name)) !== lease, { seconds: REVIVAL_SECONDS });
      return await nodeReady(name);
    } catch (error) {
      // On a busy machine its containerd is late, and its kubelet, which needs that, ends.
      if (--tries === 0) throw error;
    }
  }
}

/** When a node last renewed its lease; nothing where its object, and so its lease, was deleted. */
function leaseOf(node: string): Promise<string> {
  const output = ['--ignore-not-found', '--output', 'jsonpath={.spec.renewTime}'];
  return kubectl('get', 'lease', node, '--namespace', 'kube-node-lease', ...output);
}

function policiesAreEnforced(): boolean {
  return processes().some((id) => readProcess(id, 'cmdline').includes('/kube-router'));
}

export async function nodeReady(name: string): Promise<void> {
  await until(`${name} ready again`, async () => {
    const lines = (await kubectl('get', 'nodes', '--no-headers')).split('\n');
    return lines.some((line) => line.startsWith(`${name} `) && / Ready /.test(line));
  });
}

/** kill -9 of every process in a container, from outside: within it, nobody can kill process 1. */
export async function killContainer(namespace: Namespace, pod: string, container: string): Promise<void> {
  // The kubelet tells of a container a moment after it runs.
  const id = await until(`container ${container} of pod ${pod}`, async () => {
    const { status } = await namespace.get('pod', pod);
    const found = status.containerStatuses?.find(({ name }: Json) => name === container);
    return found?.containerID?.replace(/^.*:\/\//, '') as string | undefined;
  });
  const found = processesOf(id);
  if (found.length === 0) throw new Error(`container ${container} of pod ${pod} has no process on this machine`);
  for (const process of found) kill(process, 'SIGKILL');
}

/** The processes of this machine that belong to a container. */
export function processesOf(containerId: string): number[] {
  return processes().filter((id) => readProcess(id, 'cgroup').includes(containerId));
}

/** All processes of this machine. */
export function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** One of the files of a process in /proc, without NUL bytes; nothing where it has ended. */
export function readProcess(id: number, file: string): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Sends a signal to a process, if it is still there. */
export function kill(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it died with another
  }
}
