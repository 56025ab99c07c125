import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { CoarseWorkerJob, Program, QueueSeeder, RabbitMQ, WorkItems } from '../../lib';
import { Label } from '../../lib/contract/labels';
import { askKubectl } from '../../tools/cluster/kubectl';
import { lastWords, useNamespace } from '../../tools/cluster/namespace';
import { FRUITS, type Json } from '../../tools/synthesized-run';

const ROOT = join(__dirname, '..', '..');

/** The tests follow one another, as a user's commands would. */
describe('main.ts', () => {
  const { namespace, test } = useNamespace();
  const manifest = synthMain();
  const job = workerJob(parseAllDocuments(manifest).map((document) => document.toJS()));
  let said: string[];

  test('completes 8 of 8, with every item once on the standard input of the program and no failed pod', async () => {
    said = await namespace.apply(manifest);
    const ended = await namespace.ended(job);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 8, 0]);
    expect((await namespace.output(job)).sort()).toEqual(FRUITS.map(processing));
    const pods = await namespace.podsOf(job);
    expect(pods.map(({ status }) => status.phase)).toEqual(Array(8).fill('Succeeded'));
  });

  test('is admitted, all of it, where the restricted Pod Security Standard is enforced', async () => {
    const root = ['run', 'root', '--image', 'busybox:1.37', '--dry-run=server', '--namespace', namespace.name];
    expect((await askKubectl(root)).stderr).toContain('violates PodSecurity "restricted:latest"');

    // Of a Job one is only warned; what is refused are its pods, later.
    expect(said.filter((line) => !line.endsWith(' created'))).toEqual([]);
    const events = await namespace.list('events');
    expect(events.length).toBeGreaterThan(0);
    expect(events.filter(({ reason, message }) => reason === 'FailedCreate' || /PodSecurity/.test(message))).toEqual(
      [],
    );
  });

  test('leaves in the pods, for kubectl describe, what each has done', async () => {
    const pods = await namespace.podsOf(job);
    const sentences = FRUITS.map((fruit, n) => `1 item done: item ${n} "${fruit}"`);
    const settled = 'all 8 items settled: 8 done; this pod: ';
    const podOf = (index: number) =>
      pods.find(({ metadata }) => metadata.labels['batch.kubernetes.io/job-completion-index'] === String(index));
    for (const container of ['worker', 'courier']) {
      // The pod of the last index does whatever the others have left, so it may have done none or more than one.
      expect(lastWords(podOf(7), container)).toContain(settled);
      expect(sentences).toContain(lastWords(podOf(0), container));
      const named = pods.flatMap((pod) => lastWords(pod, container).match(/item \d "\w+"/g) ?? []);
      expect(named.sort()).toEqual(FRUITS.map((fruit, n) => `item ${n} "${fruit}"`));
    }
    expect(await namespace.run('describe', 'pod', podOf(0).metadata.name)).toMatch(/Message: +1 item done: item \d/);
  });

  test('changes and starts nothing when it is applied again', async () => {
    const before = await identities();
    expect(await namespace.applyAgain(manifest)).toEqual([]);
    expect(await identities()).toEqual(before);
  });

  test('becomes, with one fruit more, a new run that completes beside the old one', async () => {
    const before = await identities();
    const list = [...FRUITS, 'orange'];
    const objects = fruitChart(list);
    const lines = await namespace.applyAgain(objects);
    // The list, the Job that fills the queue and the Job that works on it. Broker and programs stay.
    expect(kinds(lines, 'created')).toEqual(['configmap', 'job.batch', 'job.batch']);
    expect(kinds(lines, 'configured')).toEqual([]);

    const second = workerJob(objects);
    const ended = await namespace.ended(second);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 9, 0]);
    expect((await namespace.output(second)).sort()).toEqual(list.map(processing));
    expect(await identities()).toEqual(expect.arrayContaining(before));
  });

  test('processes nothing again when the finished Job is deleted and applied again, and completes', async () => {
    await namespace.run('delete', 'job', job);
    expect(kinds(await namespace.apply(manifest), 'created')).toEqual(['job.batch']);
    const ended = await namespace.ended(job);
    expect([ended.outcome, ended.succeeded, ended.failed]).toEqual(['Complete', 8, 0]);
    expect(await namespace.output(job)).toEqual([]);
    const words = (await namespace.podsOf(job)).map((pod) => lastWords(pod, 'courier'));
    expect(words).toEqual(Array(8).fill('all 8 items settled: 8 done; this pod: no item done'));
  });

  test('labels with the chart what was created in the cluster, so that the clean-up finds it', async () => {
    const selector = `${Label.CHART}=fruits`;
    expect(await namespace.list('persistentvolumeclaims', selector)).toHaveLength(1);
    expect(await namespace.list('secrets', selector)).toHaveLength(2);
  });

  /** Every Job and pod, and whether it is still as it was. */
  async function identities(): Promise<string[]> {
    const all = [...(await namespace.list('jobs')), ...(await namespace.list('pods'))];
    return all.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid} ${metadata.generation}`).sort();
  }
});

function processing(fruit: string): string {
  return `Processing ${fruit}`;
}

/** As a user does it, with the package as it was built. */
function synthMain(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fruits-e2e-'));
  try {
    const synth = ['run', '--silent', 'synth', '--', '--no-check-upgrade', '--output', folder];
    execFileSync('npm', synth, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    return readFileSync(join(folder, 'fruits.k8s.yaml'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** main.ts with another list. */
function fruitChart(list: string[]): Json[] {
  const chart = new Chart(new App(), 'fruits');
  const broker = new RabbitMQ(chart, 'rabbitmq', { serviceName: 'rabbitmq-service' });
  const queue = new QueueSeeder(chart, 'fruits', { broker, items: WorkItems.list(list) });
  const program = Program.script(join(ROOT, 'examples', 'worker.py'), { interpreter: ['python3'] });
  new CoarseWorkerJob(chart, 'eat', { queue, image: 'python:3.13-slim', program, parallelism: 2 });
  return chart.toJson();
}

function workerJob(objects: Json[]): string {
  return objects.find(({ kind, metadata }) => kind === 'Job' && metadata.name.startsWith('fruits-eat-')).metadata.name;
}

/** Of the lines of `kubectl apply` those that end so: what they are about. */
function kinds(lines: string[], verb: string): string[] {
  const found = lines.filter((line) => line.endsWith(` ${verb}`)).map((line) => line.split('/')[0]);
  return found.sort();
}
