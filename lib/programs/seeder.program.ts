import { Env, type QueueType } from '../contract';
import { brokerFromEnvironment } from './broker-address';
import { endWith, leaveSignal } from './ending';
import { requireEnv, requireInteger } from './environment';
import { seeder } from './seeder';

const leave = leaveSignal();

endWith(() =>
  seeder(
    {
      broker: brokerFromEnvironment(),
      queue: requireEnv(Env.QUEUE),
      queueType: requireEnv(Env.QUEUE_TYPE) as QueueType,
      consumerTimeoutMs: requireInteger(Env.CONSUMER_TIMEOUT_SECONDS) * 1000,
      itemsFolder: requireEnv(Env.ITEMS_DIR),
      itemCount: requireInteger(Env.ITEM_COUNT),
      digest: requireEnv(Env.ITEMS_DIGEST),
      run: requireEnv(Env.RUN),
    },
    leave,
  ),
);
