import { EnvName } from '../../contract/environment';
import { requireEnv } from '../runtime/environment';
import { exitWith } from '../runtime/exit-status';
import { writeBrokerFiles } from './broker-init';

exitWith(() =>
  writeBrokerFiles({
    clientFolder: requireEnv(EnvName.BROKER_CREDENTIALS_DIR),
    adminFolder: requireEnv(EnvName.ADMIN_SECRET_DIR),
    home: requireEnv(EnvName.RABBITMQ_HOME),
    dataFolder: requireEnv(EnvName.RABBITMQ_DATA),
  }),
);
