import { relatedQueues } from '../../lib/contract/queues';
import { askKubectl } from '../../tools/cluster/kubectl';
import type { Namespace } from '../../tools/cluster/namespace';
import { bundle } from '../../tools/programs/bundle';
import type { SynthesizedRun } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import type { DeadLetter } from './oracle';

const PATIENCE_SECONDS = 900;

/** A client that is neither a seeder nor a courier, in a pod of its own for each broker. */
export class ForeignClient {
  private readonly pods = new Map<string, string>();

  constructor(private readonly namespace: Namespace) {}

  /** How many messages the work queue of a run has, and its dead letters. */
  async read(run: SynthesizedRun): Promise<{ readonly left: number; readonly dead: DeadLetter[] }> {
    const { queueName } = run.queue;
    let refusal = '';
    const ask = async () => {
      const { status, stdout, stderr } = await this.execute(READ_QUEUES, run, queueName, relatedQueues(queueName).dead);
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
  async hold(run: SynthesizedRun, queue: string, milliseconds: number): Promise<boolean> {
    const { status } = await this.execute(HOLD_MESSAGES, run, queue, String(milliseconds));
    return status === 0;
  }

  private async execute(program: string, run: SynthesizedRun, ...args: string[]) {
    const pod = await this.podFor(run);
    const where = ['--namespace', this.namespace.name, 'exec', '--stdin', pod];
    return askKubectl([...where, '--', 'node', '-', run.broker.connection.url, ...args], program);
  }

  private async podFor(run: SynthesizedRun): Promise<string> {
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
const HOLD_MESSAGES = bundle("import './hold-messages';", __dirname);
