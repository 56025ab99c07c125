import { EnvFieldPaths, EnvValue, type VolumeMount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { brokerClient } from '../../broker/broker-client';
import { EnvName, ProgramEnvName } from '../../contract/environment';
import type { PodSettings } from './delivery-way';
import { numbers, runName } from './worker-container';

/** The variables of a program whose container reaches the broker, and what they always contain. */
export const CLIENT_VARIABLES: ReadonlyMap<string, string> = new Map([
  [EnvName.BROKER_URL, "the broker's address"],
  [EnvName.BROKER_HOST, "the broker's host"],
  [EnvName.BROKER_PORT, "the broker's port"],
  [EnvName.BROKER_CREDENTIALS_DIR, "the folder with the broker's credentials"],
  [EnvName.BROKER_CA_FILE, 'the file with the authorities to trust'],
  [EnvName.BROKER_SERVER_NAME, "the name in the broker's certificate"],
  [EnvName.QUEUE, 'the name of the queue'],
  [ProgramEnvName.RUN, 'the name of the run'],
  [EnvName.ITEM_COUNT, 'the number of items'],
  [EnvName.ITEMS_PER_POD, 'itemsPerPod'],
  [EnvName.ITEM_TIMEOUT_SECONDS, 'itemTimeout'],
  [EnvName.TERMINATION_GRACE_SECONDS, 'terminationGracePeriod'],
  [EnvName.POD_NAME, 'the name of the pod'],
  [EnvName.NODE_NAME, 'the name of the node'],
]);

/** What the program's container needs to reach the broker, and to know its part of the work. */
export function clientPod(
  job: Construct,
  { props, limits, share }: PodSettings,
): { readonly env: Record<string, EnvValue>; readonly volumeMounts: VolumeMount[] } {
  const { queue } = props;
  const client = brokerClient(job, queue.broker);
  return {
    env: {
      ...client.env,
      [ProgramEnvName.RUN]: runName(queue),
      ...numbers({
        [EnvName.ITEM_COUNT]: queue.itemCount,
        [EnvName.ITEMS_PER_POD]: share[EnvName.ITEMS_PER_POD],
        [EnvName.ITEM_TIMEOUT_SECONDS]: limits.itemTimeoutSeconds,
        [EnvName.TERMINATION_GRACE_SECONDS]: limits.graceSeconds,
      }),
      [EnvName.POD_NAME]: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME),
      [EnvName.NODE_NAME]: EnvValue.fromFieldRef(EnvFieldPaths.NODE_NAME),
    },
    volumeMounts: client.volumeMounts,
  };
}
