import { Env } from '../../contract/environment';
import type { ItemArguments } from '../../contract/item-arguments';
import { brokerFromEnvironment } from '../amqp/broker-address';
import { endWith, leaveSignal } from '../runtime/ending';
import { requireEnv, requireInteger } from '../runtime/environment';
import { courier } from './courier';

const leave = leaveSignal();

endWith(() => {
  const grace = requireInteger(Env.TERMINATION_GRACE_SECONDS) * 1000;
  return courier(
    {
      broker: brokerFromEnvironment(),
      queue: requireEnv(Env.QUEUE),
      run: requireEnv(Env.RUN),
      exchangeFolder: requireEnv(Env.EXCHANGE_DIR),
      itemCount: requireInteger(Env.ITEM_COUNT),
      itemsPerPod: requireInteger(Env.ITEMS_PER_POD),
      maxAttempts: requireInteger(Env.MAX_ATTEMPTS),
      itemTimeoutMs: requireInteger(Env.ITEM_TIMEOUT_SECONDS) * 1000,
      toleratedFailures: requireInteger(Env.TOLERATED_FAILURES),
      itemUse: {
        variable: process.env[Env.ITEM_VARIABLE],
        arguments: itemArguments(),
      },
      graceMs: grace,
      leaveMs: grace - Math.min(5000, grace * 0.3),
      pod: requireEnv(Env.POD_NAME),
    },
    leave,
  );
});

function itemArguments(): ItemArguments | undefined {
  const json = process.env[Env.ITEM_ARGUMENTS];
  return json === undefined ? undefined : JSON.parse(json);
}
