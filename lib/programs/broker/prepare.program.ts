import { Env } from '../../contract/environment';
import { endWith } from '../runtime/ending';
import { requireEnv } from '../runtime/environment';
import { prepare } from './prepare';

endWith(() =>
  prepare({
    clientFolder: requireEnv(Env.BROKER_CREDENTIALS_DIR),
    adminFolder: requireEnv(Env.ADMIN_SECRET_DIR),
    home: requireEnv(Env.RABBITMQ_HOME),
  }),
);
