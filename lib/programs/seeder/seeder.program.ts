import { Env } from '../../contract/environment';
import type { QueueType } from '../../contract/queues';
import { brokerFromEnvironment } from '../amqp/broker-address';
import { endWith, leaveSignal } from '../runtime/ending';
import { requireEnv, requireInteger } from '../runtime/environment';
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
