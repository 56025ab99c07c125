import { EnvName } from '../../contract/environment';
import { Label } from '../../contract/labels';
import { requireEnv } from '../runtime/environment';
import { exitWith, shutdownSignal } from '../runtime/exit-status';
import { createSecrets } from './credentials';
import { adminSecret, clientSecret } from './new-secrets';

/** Where the kubelet mounts the service account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const shutdown = shutdownSignal();

exitWith(() => {
  const client = process.env[EnvName.CLIENT_SECRET];
  const labels = { [Label.CHART]: requireEnv(EnvName.CHART) };
  const admin = adminSecret(requireEnv(EnvName.ADMIN_SECRET), labels);
  const [host, port] = [requireEnv('KUBERNETES_SERVICE_HOST'), requireEnv('KUBERNETES_SERVICE_PORT')];
  return createSecrets(
    client ? [clientSecret(client, labels), admin] : [admin],
    { account: ACCOUNT, host, port },
    shutdown,
  );
});
