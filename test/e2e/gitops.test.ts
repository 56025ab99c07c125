import { App, Chart, Yaml } from 'cdk8s';
import { Program, WorkItems } from '../../lib';
import { askKubectl } from '../../tools/cluster/kubectl';
import { useNamespace } from '../../tools/cluster/namespace';
import { type Json, SynthesizedRun } from '../../tools/synthesized-run';
import { until } from '../../tools/until';

const ITEMS = ['apple', 'banana', 'cherry', 'date'];

/** So long that a manifest can be applied again while items are at work. */
const SLOWLY = Program.command('sh', '-c', 'cat; sleep 8');

/** What a controller does that keeps a cluster as a repository says: docs/guide/gitops.md. */
describe('a manifest in a repository', () => {
  const { namespace, test } = useNamespace();
  // Each test has a broker of its own: one after the other they need no more of the cluster than one.
  afterEach(() => namespace.run('delete', 'statefulset', '--all'));

  test('differs in nothing from what was applied, during the run and after it', async () => {
    const run = runOf('diff', ITEMS);
    await namespace.apply(run.objects());
    await podAtWork(run.job.name);
    expect(await ask(['diff'], run.objects())).toMatchObject({ status: 0, stdout: '' });
    expect((await namespace.ended(run.job.name)).outcome).toBe('Complete');
    expect(await ask(['diff'], run.objects())).toMatchObject({ status: 0, stdout: '' });
  });

  test('is admitted by a server-side apply, and changes nothing when it is applied so again', async () => {
    const run = runOf('server-side', ITEMS);
    const apply = () => ask(['apply', '--server-side'], run.objects());
    expect(await apply()).toMatchObject({ status: 0, stderr: '' });
    await podAtWork(run.job.name);
    const before = await versions(run.objects());
    expect(await apply()).toMatchObject({ status: 0, stderr: '' });
    expect(await versions(run.objects())).toEqual(before);
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', ITEMS.length, 0]);

    const pods = await uids('pods');
    expect(await apply()).toMatchObject({ status: 0, stderr: '' });
    expect(await versions(run.objects())).toEqual(before);
    expect(await uids('pods')).toEqual(pods);
  });

  test('is pruned of nothing that its run needs, and of the old run when the list has changed', async () => {
    const run = runOf('prune', ITEMS);
    expect(prunedOf(await applySet(run.objects()))).toEqual([]);
    await podAtWork(run.job.name);
    const before = await uids('pods', 'secrets', 'persistentvolumeclaims');
    expect(prunedOf(await applySet(run.objects()))).toEqual([]);
    expect(await uids('pods', 'secrets', 'persistentvolumeclaims')).toEqual(expect.arrayContaining(before));
    const ended = await namespace.ended(run.job.name);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', ITEMS.length, 0]);

    const kept = await uids('secrets', 'persistentvolumeclaims', 'statefulsets');
    const next = runOf('prune', [...ITEMS, 'fig']);
    const pruned = prunedOf(await applySet(next.objects()));
    expect(pruned.filter((name) => name.startsWith('job.batch/')).sort()).toEqual(
      [run.job.name, run.queue.name].map((name) => `job.batch/${name}`).sort(),
    );
    expect(await uids('secrets', 'persistentvolumeclaims', 'statefulsets')).toEqual(kept);
    expect((await namespace.ended(next.job.name)).outcome).toBe('Complete');
  });

  function runOf(chart: string, items: string[]): SynthesizedRun {
    const worker = { program: SLOWLY, parallelism: 2 };
    return new SynthesizedRun({ items: WorkItems.list(items), worker }, new Chart(new App(), chart));
  }

  function podAtWork(job: string): Promise<true> {
    return until('an item at work', async () => (await namespace.output(job).catch(() => [])).length > 0);
  }

  function ask(args: string[], objects: Json[], variables?: Record<string, string>) {
    const all = [...args, '--namespace', namespace.name, '--filename', '-'];
    return askKubectl(all, Yaml.stringify(...objects), variables);
  }

  /** The lines of `kubectl apply` with a set, from which it deletes what the manifest no longer has. */
  async function applySet(objects: Json[]): Promise<string[]> {
    const variables = { KUBECTL_APPLYSET: 'true' };
    const { status, stdout, stderr } = await ask(['apply', '--prune', '--applyset', 'fruits'], objects, variables);
    if (status !== 0) throw new Error(`kubectl apply --prune: ${stderr}`);
    return stdout.trim().split('\n');
  }

  async function uids(...kinds: string[]): Promise<string[]> {
    const objects = (await Promise.all(kinds.map((kind) => namespace.list(kind)))).flat();
    return objects.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`).sort();
  }

  /** By which each object of a manifest shows whether it was changed: the status of a Job or a StatefulSet does not count. */
  async function versions(objects: Json[]): Promise<string[]> {
    const found = objects.map(async ({ kind, apiVersion, metadata }) => {
      const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
      const live = await namespace.get(group ? `${kind}.${group}` : kind, metadata.name);
      const { name, uid, generation, resourceVersion } = live.metadata;
      return `${kind} ${name} ${uid} ${generation ?? resourceVersion}`;
    });
    return Promise.all(found);
  }
});

function prunedOf(lines: string[]): string[] {
  return lines.filter((line) => line.endsWith(' pruned')).map((line) => line.slice(0, -' pruned'.length));
}
