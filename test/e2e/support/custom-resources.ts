import { readFileSync } from 'node:fs';
import { type Definition, locate } from '../../../scripts/definitions';
import { CLUSTER } from '../../../tools/cluster/control';
import { askKubectl } from '../../../tools/cluster/kubectl';
import { until } from '../../../tools/cluster/until';
import type { Json } from '../../../tools/synthesized-run';

/** Lets the cluster know a kind of objects. It stays: others on the cluster may have come to use it. */
export async function defineResource(definition: Definition): Promise<void> {
  const text = readFileSync(locate(definition), 'utf8');
  const ask = (...args: string[]) => askKubectl([...args, '--filename', '-'], text);
  // On the server's side: a large one does not fit the annotation that it takes otherwise.
  const { status, stderr } = await ask('apply', '--server-side');
  if (status !== 0) throw new Error(`kubectl apply ${definition.file}: ${stderr}`);
  // Not `kubectl wait`, which fails where the object has no conditions yet.
  await until(`${definition.file} established`, async () => {
    const found: Json = JSON.parse((await ask('get', '--output', 'json')).stdout || '{}');
    const [object] = found.items ?? [found]; // a list, because the file has a document of comments too
    const conditions: Json[] = object?.status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
  });
}

/** As `describe`, for tests that define kinds: they are skipped where the cluster may be somebody's. */
export function describeOnTestCluster(what: string, tests: () => void): void {
  if (CLUSTER !== undefined) describe(what, tests);
  else describe.skip(`${what} (skipped: E2E_CLUSTER, the program of a cluster for tests, is not set)`, tests);
}
