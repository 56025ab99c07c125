import { spawnSync } from 'node:child_process';
import { kill, processes, processesOf, readProcess } from '../../tools/cluster/faults';

/** Faults that the machine gives to processes and their networks from outside: the nodes of the cluster are on it. */

/** The processes of a container whose command line the condition holds for. */
export function processesWith(container: string, condition: (commandLine: string) => boolean): number[] {
  return processesOf(container).filter((id) => condition(commandLine(id)));
}

/** All processes of this machine with a word in their command line that were not known before; now they are. */
export function newProcesses(word: string, known: Set<number>): number[] {
  // One that does not have the word may get it: a container's process is another program at first.
  const fresh = processes().filter((id) => !known.has(id) && commandLine(id).includes(word));
  for (const id of fresh) known.add(id);
  return fresh;
}

export function commandLine(id: number): string {
  return readProcess(id, 'cmdline');
}

/** Stops processes as SIGSTOP does; answers what lets them go on. */
export function pause(ids: readonly number[]): () => void {
  for (const id of ids) kill(id, 'SIGSTOP');
  return () => {
    for (const id of ids) kill(id, 'SIGCONT');
  };
}

/**
 * Lets packets to and from a TCP port vanish in the network of a process; answers what lets them through again, or nothing
 * where the network has just ended with its pod.
 */
export function dropPackets(process: number, port: number): (() => void) | undefined {
  const change = (how: '--insert' | '--delete') =>
    [
      ['OUTPUT', '--dport'],
      ['INPUT', '--sport'],
    ].every(([chain, side]) => {
      const rule = [how, chain, '--protocol', 'tcp', side, String(port), '--jump', 'DROP'];
      const inside = [`--net=/proc/${process}/ns/net`, 'iptables', '--wait', ...rule];
      return spawnSync('nsenter', inside, { stdio: 'ignore' }).status === 0;
    });
  return change('--insert') ? () => change('--delete') : undefined;
}

/** Whether a connection to a TCP port of another is established, in the network of a process. */
export function isConnected(process: number, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return ['tcp', 'tcp6'].some((family) => new RegExp(`:${hex} 01 `).test(readProcess(process, `net/${family}`)));
}

/** Moves the clock of the machine, and with it of all nodes, brokers and pods. False where nobody may. */
export function moveClock(seconds: number): boolean {
  const time = `@${(Date.now() / 1000 + seconds).toFixed(3)}`;
  return spawnSync('date', ['--set', time], { stdio: 'ignore' }).status === 0;
}

/** The processes with this name. */
export function processesNamed(name: string): number[] {
  return newProcesses(name, new Set()).filter((id) => commandLine(id).split(' ')[0].endsWith(`/${name}`));
}
