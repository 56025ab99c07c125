import { EnvName } from '../../contract/environment';
import { QUEUE_TYPES } from '../../contract/queues';
import { brokerFromEnvironment } from '../amqp/broker-address';
import { optionalInteger, requireEnv, requireInteger, requireOneOf } from '../runtime/environment';
import { exitWith, shutdownSignal } from '../runtime/exit-status';
import { runSeeder } from './seeder';

const shutdown = shutdownSignal();

exitWith(() =>
  runSeeder(
    {
      broker: brokerFromEnvironment(),
      brokerNodes: optionalInteger(EnvName.BROKER_NODES) ?? 1,
      queue: requireEnv(EnvName.QUEUE),
      queueType: requireOneOf(EnvName.QUEUE_TYPE, QUEUE_TYPES),
      consumerTimeoutMs: requireInteger(EnvName.CONSUMER_TIMEOUT_SECONDS) * 1000,
      itemsFolder: requireEnv(EnvName.ITEMS_DIR),
      itemCount: requireInteger(EnvName.ITEM_COUNT),
      digest: requireEnv(EnvName.ITEMS_DIGEST),
      run: requireEnv(EnvName.RUN),
    },
    shutdown,
  ),
);
