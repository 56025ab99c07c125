import { Env } from '../../contract/environment';
import { endWith, leaveSignal } from '../runtime/ending';
import { requireEnv } from '../runtime/environment';
import { credentials } from './credentials';
import { adminSecret, clientSecret } from './new-secrets';

const leave = leaveSignal();

endWith(() => {
  const client = process.env[Env.CLIENT_SECRET];
  const admin = adminSecret(requireEnv(Env.ADMIN_SECRET));
  return credentials(client ? [clientSecret(client), admin] : [admin], leave);
});
