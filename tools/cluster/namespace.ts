import { randomBytes } from 'node:crypto';
import { Yaml } from 'cdk8s';
import type { Json } from '../synthesized-run';
import { until } from '../until';
import { CAN_MAKE_FAULTS, WITHOUT_FAULTS } from './control';
import { askKubectl, kubectl } from './kubectl';
import { report } from './report';

const STANDARD = 'pod-security.kubernetes.io';

/**
 * A namespace of its own for the tests of a file; it enforces the `restricted` Pod Security Standard. Runs of one file
 * share the broker in it.
 */
export class Namespace {
  readonly name = `wq-e2e-${randomBytes(4).toString('hex')}`;

  async create(): Promise<void> {
    const labels = ['enforce', 'warn'].map((mode) => [`${STANDARD}/${mode}`, 'restricted']);
    const metadata = { name: this.name, labels: Object.fromEntries(labels) };
    await apply([], [{ apiVersion: 'v1', kind: 'Namespace', metadata }]);
    // Without it the API server refuses pods; the controllers would try again, but only after a while.
    await until('the service account of the namespace', () => this.has('serviceaccount', 'default'));
  }

  /** Not awaited to the end: it goes on in the cluster. */
  async remove(): Promise<void> {
    await kubectl('delete', 'namespace', this.name, '--wait=false');
  }

  /** `kubectl apply` of objects, or of a manifest's text. One line for each object, and the warnings. */
  apply(manifest: Json[] | string): Promise<string[]> {
    return apply(['--namespace', this.name], manifest);
  }

  /**
   * What `kubectl apply` changes where objects exist: its lines that do not end in `unchanged`. Before Kubernetes 1.34,
   * kubectl says `configured` of a StatefulSet with a claim template in any case: the API server has stored its
   * `creationTimestamp` as null. Then the generation decides.
   */
  async applyAgain(manifest: Json[] | string): Promise<string[]> {
    const before = await this.generations();
    const lines = (await this.apply(manifest)).filter((line) => !line.endsWith(' unchanged'));
    const after = await this.generations();
    if ((await minorVersion()) >= 34) return lines;
    return lines.filter((line) => {
      const [, name = ''] = /^statefulset\.apps\/(\S+) configured$/.exec(line) ?? [];
      return before.get(name) === undefined || before.get(name) !== after.get(name);
    });
  }

  /** How often each StatefulSet has been changed. */
  private async generations(): Promise<ReadonlyMap<string, number>> {
    return new Map((await this.list('statefulsets')).map(({ metadata }) => [metadata.name, metadata.generation]));
  }

  async run(...args: string[]): Promise<string> {
    return kubectl('--namespace', this.name, ...args);
  }

  async get(kind: string, name: string): Promise<Json> {
    return JSON.parse(await this.run('get', kind, name, '--output', 'json'));
  }

  async list(kind: string, selector = ''): Promise<Json[]> {
    return JSON.parse(await this.run('get', kind, '--selector', selector, '--output', 'json')).items;
  }

  private async has(kind: string, name: string): Promise<boolean> {
    return (await this.run('get', kind, name, '--ignore-not-found', '--output', 'name')) !== '';
  }

  /** The pods of a Job, those that have ended as well. */
  podsOf(job: string): Promise<Json[]> {
    return this.list('pods', `batch.kubernetes.io/job-name=${job}`);
  }

  /** Waits until a Job is complete or has failed. */
  async ended(job: string, seconds?: number): Promise<EndedJob> {
    const ask = async () => {
      const found = new EndedJob(await this.get('job', job));
      return found.outcome && found;
    };
    const ended = await until(`the end of Job ${job}`, ask, { seconds });
    return ended as EndedJob;
  }

  /** What a command writes in a pod of its own. */
  async runInPod(name: string, image: string, command: string[], labels: Record<string, string> = {}): Promise<string> {
    const pod = `${name}-${randomBytes(3).toString('hex')}`;
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    const spec = {
      restartPolicy: 'Never',
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ name: 'command', image, command, securityContext }],
    };
    await this.apply([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: pod, labels }, spec }]);
    await until(`the end of pod ${pod}`, async () => (await this.get('pod', pod)).status.phase === 'Succeeded');
    return (await this.log(pod, 'command')).trim();
  }

  log(pod: string, container: string): Promise<string> {
    return this.run('logs', pod, '--container', container);
  }

  /** What the programs of a Job wrote, over all its pods. */
  async output(job: string): Promise<string[]> {
    const pods = await this.podsOf(job);
    const logs = await Promise.all(pods.map(({ metadata }) => this.log(metadata.name, 'worker')));
    return logs.flatMap((log) => log.split('\n').filter((line) => line !== ''));
  }

  /** Lets a test that fails show what the cluster looks like. */
  explains(test: () => Promise<void>): () => Promise<void> {
    return async () => {
      try {
        await test();
      } catch (error) {
        console.error(await report(this.name).catch((trouble) => `no report: ${trouble}`));
        throw error;
      }
    };
  }
}

async function apply(args: string[], manifest: Json[] | string): Promise<string[]> {
  const input = typeof manifest === 'string' ? manifest : Yaml.stringify(...manifest);
  const { status, stdout, stderr } = await askKubectl(['apply', ...args, '--filename', '-'], input);
  if (status !== 0) throw new Error(`kubectl apply: ${stderr}`);
  return `${stdout}${stderr}`.trim().split('\n');
}

/** Of the API server: 34 for Kubernetes 1.34. */
async function minorVersion(): Promise<number> {
  return Number.parseInt(JSON.parse(await kubectl('version', '--output', 'json')).serverVersion.minor, 10);
}

/** A Job as the cluster has it. */
export class EndedJob {
  constructor(readonly object: Json) {}

  /** `Complete`, or `Failed: REASON`; nothing while it runs. */
  get outcome(): string | undefined {
    const { end } = this;
    return end && (end.type === 'Failed' ? `Failed: ${end.reason}` : end.type);
  }

  /** The exit code for which its `podFailurePolicy` has ended it. */
  get exitCode(): number | undefined {
    // Container courier for pod NAMESPACE/NAME failed with exit code 20 matching FailJob rule at index 0
    const [, code] = /\bfailed with exit code (\d+)\b/.exec(this.end?.message ?? '') ?? [];
    return code === undefined ? undefined : Number(code);
  }

  get succeeded(): number {
    return this.object.status.succeeded ?? 0;
  }

  private get end(): Json | undefined {
    const conditions: Json[] = this.object.status?.conditions ?? [];
    return conditions.find(({ type, status }) => status === 'True' && ['Complete', 'Failed'].includes(type));
  }

  /** Failed pods that count towards the Job's `backoffLimit`. */
  get failed(): number {
    return this.object.status.failed ?? 0;
  }
}

/** What a container left in its termination log: `kubectl describe pod` shows it. */
export function lastWords(pod: Json, container: string): string {
  const found = pod.status.containerStatuses?.find(({ name }: Json) => name === container);
  return found?.state?.terminated?.message?.trim() ?? '';
}

/**
 * One namespace for all tests of a file:
 *
 *     const { namespace, test, faultTest } = useNamespace();
 */
export function useNamespace() {
  const namespace = new Namespace();
  beforeAll(() => namespace.create());
  afterAll(() => namespace.remove());
  const test = (sentence: string, body: () => Promise<void>) => global.test(sentence, namespace.explains(body));
  /** A test that is skipped where no faults can be made. */
  const faultTest = (sentence: string, body: () => Promise<void>) =>
    CAN_MAKE_FAULTS ? test(sentence, body) : global.test.skip(`${sentence} (${WITHOUT_FAULTS})`, body);
  return { namespace, test, faultTest };
}
