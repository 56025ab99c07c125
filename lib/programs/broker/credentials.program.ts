import { EnvName } from '../../contract/environment';
import { apiServerFromEnvironment } from '../kubernetes/api-server';
import { requireEnv } from '../runtime/environment';
import { exitWith, shutdownSignal } from '../runtime/exit-status';
import { createSecrets } from './credentials';
import { adminSecret, clientSecret } from './new-secrets';

const shutdown = shutdownSignal();

exitWith(() => {
  const client = process.env[EnvName.CLIENT_SECRET];
  const admin = adminSecret(requireEnv(EnvName.ADMIN_SECRET));
  return createSecrets(client ? [clientSecret(client), admin] : [admin], apiServerFromEnvironment(), shutdown);
});
