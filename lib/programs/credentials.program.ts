import { Env } from '../contract';
import { credentials } from './credentials';
import { endWith, leaveSignal } from './ending';
import { requireEnv } from './environment';
import { adminSecret, clientSecret } from './new-secrets';

const leave = leaveSignal();

endWith(() => {
  const client = process.env[Env.CLIENT_SECRET];
  const admin = adminSecret(requireEnv(Env.ADMIN_SECRET));
  return credentials(client ? [clientSecret(client), admin] : [admin], leave);
});
