import { randomBytes } from 'node:crypto';
import { AdminSecretKey, CredentialFile } from '../../contract/broker-secrets';

type Labels = Readonly<Record<string, string>>;

/** A Secret that does not exist yet. */
export interface NewSecret {
  readonly name: string;
  readonly type: string;
  readonly labels: Labels;
  readonly stringData: Readonly<Record<string, string>>;
}

/** For seeders and couriers. */
export function clientSecret(name: string, labels: Labels): NewSecret {
  const stringData = { [CredentialFile.USERNAME]: 'work-queue', [CredentialFile.PASSWORD]: newPassword() };
  return { name, type: 'kubernetes.io/basic-auth', labels, stringData };
}

/** For the administrator, and for the nodes of the broker to trust each other. */
export function adminSecret(name: string, labels: Labels): NewSecret {
  const stringData = {
    [AdminSecretKey.USERNAME]: 'work-queue-admin',
    [AdminSecretKey.PASSWORD]: newPassword(),
    [AdminSecretKey.ERLANG_COOKIE]: newPassword(),
  };
  return { name, type: 'Opaque', labels, stringData };
}

/** Letters, digits, - and _ only: as good in a URL as in a configuration file. */
function newPassword(): string {
  return randomBytes(32).toString('base64url');
}
