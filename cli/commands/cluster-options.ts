import type { Command } from 'commander';
import type { Cluster } from '../kubernetes/cluster';
import { connectToCluster } from '../kubernetes/connect';
import type { ClusterOptions } from '../kubernetes/kube-config';
import { Observer, type ObserverOptions } from '../run-state/observer';

/** The options of each command that asks a cluster. */
export interface CommonOptions extends ClusterOptions {
  readonly brokerUrl?: string;
}

/** What stands for `RUN`. */
export const RUN_ARGUMENT = 'the run, by its name or by that of its queue or of one of its Jobs';

export const CLUSTER_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ['--kubeconfig <file>', 'the kubeconfig file (default: KUBECONFIG, or ~/.kube/config)'],
  ['--context <name>', 'the context of the kubeconfig (default: its current one)'],
  ['-n, --namespace <name>', 'the namespace of the runs (default: that of the context)'],
];

/** Adds `--kubeconfig`, `--context` and `--namespace`. They may stand before the command, too, as with kubectl. */
function addClusterOptions(command: Command): Command {
  for (const [flags, description] of CLUSTER_OPTIONS) command.option(flags, description);
  return command;
}

/** Adds `--broker-url` as well. */
export function addBrokerOptions(command: Command): Command {
  return addClusterOptions(command).option(
    '--broker-url <url>',
    'the broker as this machine reaches it, amqp://HOST:PORT or amqps://HOST:PORT (default: through a port-forward)',
  );
}

/** The options that stand on the command and before it. */
export function commonOptions<T extends object>(command: Command): T & CommonOptions {
  return command.optsWithGlobals<T & CommonOptions>();
}

/** Does something with an observer of the cluster, and closes its connections. */
export async function withObserver<T>(
  options: CommonOptions,
  looks: Pick<ObserverOptions, 'details' | 'queues'>,
  work: (observer: Observer, cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await connectToCluster(options);
  const observer = new Observer(cluster, { ...looks, brokerUrl: options.brokerUrl });
  try {
    return await work(observer, cluster);
  } finally {
    await observer.close();
  }
}
