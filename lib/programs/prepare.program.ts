import { Env } from '../contract';
import { endWith } from './ending';
import { requireEnv } from './environment';
import { prepare } from './prepare';

endWith(() =>
  prepare({
    clientFolder: requireEnv(Env.BROKER_CREDENTIALS_DIR),
    adminFolder: requireEnv(Env.ADMIN_SECRET_DIR),
    home: requireEnv(Env.RABBITMQ_HOME),
  }),
);
