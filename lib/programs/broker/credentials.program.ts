import { EnvName } from '../../contract/environment';
import { Label } from '../../contract/labels';
import { requireEnv } from '../runtime/environment';
import { exitWith, shutdownSignal } from '../runtime/exit-status';
import { apiServerFromEnvironment } from './api-server';
import { createSecrets } from './credentials';
import { adminSecret, clientSecret } from './new-secrets';

const shutdown = shutdownSignal();

exitWith(() => {
  const client = process.env[EnvName.CLIENT_SECRET];
  const labels = { [Label.CHART]: requireEnv(EnvName.CHART) };
  const admin = adminSecret(requireEnv(EnvName.ADMIN_SECRET), labels);
  return createSecrets(client ? [clientSecret(client, labels), admin] : [admin], apiServerFromEnvironment(), shutdown);
});
