import { execFileSync } from 'node:child_process';

/**
 * The program that gives nodes of the cluster faults: `crash 2`, `revive 2`, `cut 2` and `mend 2`, for a node `node-2`. Where
 * it is there, the nodes are on this machine, so that their processes can be killed from here.
 */
export const CLUSTER = process.env.E2E_CLUSTER;

export const CAN_MAKE_FAULTS = CLUSTER !== undefined;
export const WITHOUT_FAULTS = 'skipped: E2E_CLUSTER, the program that makes faults, is not set';

/** Runs a command of it. */
export function control(...args: string[]): void {
  execFileSync(CLUSTER ?? '', args, { stdio: 'ignore', timeout: 60_000 });
}
