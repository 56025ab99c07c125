import { EnvName } from '../../contract/environment';
import type { ItemArguments } from '../../contract/item-arguments';
import { courierGraceSeconds, programGraceSeconds } from '../../contract/limits';
import { brokerFromEnvironment } from '../amqp/broker-address';
import { requireEnv, requireInteger } from '../runtime/environment';
import { exitWith, shutdownSignal } from '../runtime/exit-status';
import { runCourier } from './courier';

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
      itemsPerPod: requireInteger(EnvName.ITEMS_PER_POD),
      maxAttempts: requireInteger(EnvName.MAX_ATTEMPTS),
      maxInterruptions: requireInteger(EnvName.MAX_INTERRUPTIONS),
      itemTimeoutMs: requireInteger(EnvName.ITEM_TIMEOUT_SECONDS) * 1000,
      toleratedDeadLetters: requireInteger(EnvName.TOLERATED_DEAD_LETTERS),
      itemUse: {
        variable: process.env[EnvName.ITEM_VARIABLE],
        arguments: itemArguments(),
      },
      graceMs: graceSeconds * 1000,
      shutdownGraceMs: programGraceSeconds(graceSeconds) * 1000,
      courierGraceMs: courierGraceSeconds(graceSeconds) * 1000,
      pod: requireEnv(EnvName.POD_NAME),
    },
    shutdown,
  );
});

function itemArguments(): ItemArguments | undefined {
  const json = process.env[EnvName.ITEM_ARGUMENTS];
  return json === undefined ? undefined : JSON.parse(json);
}
