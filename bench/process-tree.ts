import { readFileSync } from 'node:fs';

/** The processes that a process of this machine has started and that have not ended. Only on Linux. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // it has ended
  }
}

/** A process, and all that it and its children have started; the process itself is the first. */
export function withDescendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(withDescendants)];
}

/**
 * The child of `root` that a process is or descends from, with all its descendants: what dies if one kills that child as a whole.
 * Empty if the process does not descend from `root` any more.
 */
export function branchOf(root: number, process: number): number[] {
  const branches = childrenOf(root).map(withDescendants);
  return branches.find((branch) => branch.includes(process)) ?? [];
}
