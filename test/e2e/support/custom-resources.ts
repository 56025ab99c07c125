import { readFileSync } from 'node:fs';
import { type Definition, locate } from '../../../scripts/definitions';
import { CLUSTER } from './faults';
import { askKubectl } from './kubectl';

/** Lets the cluster know a kind of objects. It stays: others on the cluster may have come to use it. */
export async function defineResource(definition: Definition): Promise<void> {
  const text = readFileSync(locate(definition), 'utf8');
  // On the server's side: a large one does not fit the annotation that it takes otherwise.
  const commands = [
    ['apply', '--server-side'],
    ['wait', '--for=condition=Established', '--timeout=30s'],
  ];
  for (const command of commands) {
    const { status, stderr } = await askKubectl([...command, '--filename', '-'], text);
    if (status !== 0) throw new Error(`kubectl ${command[0]} ${definition.file}: ${stderr}`);
  }
}

/** As `describe`, for tests that define kinds: they are skipped where the cluster may be somebody's. */
export function describeOnTestCluster(what: string, tests: () => void): void {
  if (CLUSTER !== undefined) describe(what, tests);
  else describe.skip(`${what} (skipped: E2E_CLUSTER, the program of a cluster for tests, is not set)`, tests);
}
