import { BrokerLink } from '../broker-access/broker-link';
import type { Cluster } from '../kubernetes/cluster';
import { connectToCluster } from '../kubernetes/connect';
import { findRun } from '../run-state/find-run';
import { NO_BROKER } from '../run-state/read-streams';
import { RUN_JOBS, type RunJobs, runsOf } from '../run-state/run-jobs';
import { CommandError } from '../system/command-error';
import type { CommonOptions } from './cluster-options';

/** A run, and the ways to what is known of it. */
export interface RunAccess {
  readonly cluster: Cluster;
  readonly run: RunJobs;
  readonly link: BrokerLink;
}

/** Does something with a run and its broker, and closes the connections. */
export async function withRun<T>(
  options: CommonOptions,
  name: string,
  work: (access: RunAccess) => Promise<T>,
): Promise<T> {
  const cluster = await connectToCluster(options);
  const run = findRun(runsOf(await cluster.jobs(RUN_JOBS)), name, cluster.namespace);
  if (!run.broker) throw new CommandError(NO_BROKER);
  const link = new BrokerLink(cluster, run.broker, options.brokerUrl);
  try {
    return await work({ cluster, run, link });
  } finally {
    await link.close();
  }
}
