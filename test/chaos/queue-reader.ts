import { relatedQueues } from '../../lib/contract/queues';
import { askKubectl } from '../../tools/cluster/kubectl';
import type { Namespace } from '../../tools/cluster/namespace';
import { until } from '../../tools/cluster/until';
import { bundle } from '../../tools/programs/bundle';
import type { SynthesizedRun } from '../../tools/synthesized-run';
import type { DeadLetter } from './oracle';

const PATIENCE_SECONDS = 900;

/** Reads queues, from a pod of its own for each broker. */
export class QueueReader {
  private readonly pods = new Map<string, string>();

  constructor(private readonly namespace: Namespace) {}

  /** How many messages the work queue of a run has, and its dead letters. */
  async read(run: SynthesizedRun): Promise<{ readonly left: number; readonly dead: DeadLetter[] }> {
    const pod = await this.podFor(run);
    const { queueName } = run.queue;
    const args = [run.broker.connection.url, queueName, relatedQueues(queueName).dead];
    const where = ['--namespace', this.namespace.name, 'exec', '--stdin', pod];
    let refusal = '';
    const ask = async () => {
      const { status, stdout, stderr } = await askKubectl([...where, '--', 'node', '-', ...args], PROGRAM);
      refusal = stderr;
      return status === 0 && JSON.parse(stdout);
    };
    // Its node, or the broker, may be the one that is broken.
    return until(`the queues of ${queueName}`, ask, PATIENCE_SECONDS).catch((late) => {
      throw new Error(`${late}: ${refusal}`);
    });
  }

  private async podFor(run: SynthesizedRun): Promise<string> {
    const { name: secret } = run.broker.connection.credentials;
    const known = this.pods.get(secret);
    if (known) return known;
    const name = `reader-of-${secret}`;
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    const container = {
      name: 'reader',
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

const PROGRAM = bundle("import './read-queues';", __dirname);
