import { EnvName } from '../../contract/environment';
import type { ItemArguments, ItemVariables } from '../../contract/item-templates';
import { courierGraceSeconds, programGraceSeconds } from '../../contract/limits';
import { brokerFromEnvironment } from '../amqp/broker-address';
import { integerList, optionalInteger, requireEnv, requireInteger } from '../runtime/environment';
import { exitWith, shutdownSignal } from '../runtime/exit-status';
import { runCourier } from './courier';
import { endsByCount } from './tally';

const shutdown = shutdownSignal();

exitWith(() => {
  const graceSeconds = requireInteger(EnvName.TERMINATION_GRACE_SECONDS);
  return runCourier(
    {
      broker: brokerFromEnvironment(),
      queue: requireEnv(EnvName.QUEUE),
      run: requireEnv(EnvName.RUN),
      sharedFolder: requireEnv(EnvName.SHARED_VOLUME_DIR),
      itemCount: requireInteger(EnvName.ITEM_COUNT),
      itemsPerPod: optionalInteger(EnvName.ITEMS_PER_POD) ?? Number.POSITIVE_INFINITY,
      endsByCount: endsByCount(optionalInteger(EnvName.COMPLETION_INDEX), optionalInteger(EnvName.COMPLETIONS)),
      maxPodMs: (optionalInteger(EnvName.MAX_POD_SECONDS) ?? Number.POSITIVE_INFINITY) * 1000,
      maxAttempts: requireInteger(EnvName.MAX_ATTEMPTS),
      maxInterruptions: requireInteger(EnvName.MAX_INTERRUPTIONS),
      permanentExitCodes: integerList(EnvName.PERMANENT_EXIT_CODES),
      itemTimeoutMs: requireInteger(EnvName.ITEM_TIMEOUT_SECONDS) * 1000,
      toleratedDeadLetters: requireInteger(EnvName.TOLERATED_DEAD_LETTERS),
      itemUse: {
        variables: fromJson<ItemVariables>(EnvName.ITEM_VARIABLES),
        arguments: fromJson<ItemArguments>(EnvName.ITEM_ARGUMENTS),
      },
      graceMs: graceSeconds * 1000,
      shutdownGraceMs: programGraceSeconds(graceSeconds) * 1000,
      courierGraceMs: courierGraceSeconds(graceSeconds) * 1000,
      pod: requireEnv(EnvName.POD_NAME),
      node: requireEnv(EnvName.NODE_NAME),
    },
    shutdown,
  );
});

function fromJson<T>(name: string): T | undefined {
  const json = process.env[name];
  return json === undefined ? undefined : JSON.parse(json);
}
