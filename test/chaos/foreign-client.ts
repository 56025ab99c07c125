import { askKubectl, type KubectlAnswer } from '../../tools/cluster/kubectl';
import type { Namespace } from '../../tools/cluster/namespace';
import { bundle } from '../../tools/programs/bundle';
import type { AnySynthesizedRun } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import type { QueueContents } from './oracle';

const PATIENCE_SECONDS = 900;

/** A client that is neither a seeder nor a courier, in a pod of its own for each broker. */
export class ForeignClient {
  private readonly pods = new Map<string, string>();

  constructor(private readonly namespace: Namespace) {}

  /** What the queues of a run contain. Those that may have been deleted may be missing. */
  async read(run: AnySynthesizedRun, deleted: readonly string[]): Promise<QueueContents> {
    const { queueName } = run.queue;
    let refusal = '';
    const ask = async () => {
      const { status, stdout, stderr } = await this.execute(READ_QUEUES, run, queueName, ...deleted);
      refusal = stderr;
      // If its node is lost, `kubectl exec` may end with 0 and a part of the answer.
      return status === 0 && stdout.endsWith('}\n') && JSON.parse(stdout);
    };
    // Its node, or the broker, may be the one that is broken.
    return until(`the queues of ${queueName}`, ask, { seconds: PATIENCE_SECONDS }).catch((late) => {
      throw new Error(`${late}: ${refusal}`);
    });
  }

  /** Consumes a queue of a run for a while, and settles nothing. False if that did not come about, or ended before its time. */
  async hold(run: AnySynthesizedRun, queue: string, milliseconds: number): Promise<boolean> {
    const { status } = await this.execute(HOLD_MESSAGES, run, queue, String(milliseconds));
    return status === 0;
  }

  /**
   * Counts, purges or deletes a queue, as a person who made a mistake would. Answers how many messages it had, `missing` if there
   * is no such queue, or nothing if nobody knows whether it happened.
   */
  async change(
    change: 'count' | 'purge' | 'delete',
    run: AnySynthesizedRun,
    queue: string,
  ): Promise<number | 'missing' | undefined> {
    const { status, stdout } = await this.execute(CHANGE_QUEUE, run, change, queue);
    const answer = stdout.trim();
    if (status !== 0) return undefined;
    if (answer === 'missing') return answer;
    return /^\d+$/.test(answer) ? Number(answer) : undefined;
  }

  private async execute(program: string, run: AnySynthesizedRun, ...args: string[]): Promise<KubectlAnswer> {
    try {
      const pod = await this.podFor(run);
      const where = ['--namespace', this.namespace.name, 'exec', '--stdin', pod];
      return await askKubectl([...where, '--', 'node', '-', run.broker.connection.url, ...args], program);
    } catch (error) {
      return { status: -1, stdout: '', stderr: String(error) }; // the API server is away
    }
  }

  private async podFor(run: AnySynthesizedRun): Promise<string> {
    const { name: secret } = run.broker.connection.credentials;
    const known = this.pods.get(secret);
    if (known) return known;
    const name = `client-of-${secret}`;
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    const container = {
      name: 'client',
      image: 'node:24-slim',
      command: ['sleep', 'infinity'],
      volumeMounts: [{ name: 'credentials', mountPath: '/credentials' }],
      securityContext,
    };
    const spec = {
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container],
      volumes: [{ name: 'credentials', secret: { secretName: secret } }],
    };
    const metadata = { name, labels: { ...run.broker.clientLabels } };
    await this.namespace.apply([{ apiVersion: 'v1', kind: 'Pod', metadata, spec }]);
    this.pods.set(secret, name);
    return name;
  }
}

const READ_QUEUES = bundle("import './read-queues';", __dirname);
const CHANGE_QUEUE = bundle("import './change-queue';", __dirname);
const HOLD_MESSAGES = bundle("import './hold-messages';", __dirname);
