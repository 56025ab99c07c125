import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialFile } from '../../lib/contract/broker-secrets';
import { EnvName } from '../../lib/contract/environment';
import { ShimProcess } from './shim-process';

const CONSUME = join(__dirname, '..', '..', 'lib', 'programs', 'amqp-consume', 'consume.sh');

export interface ConsumeOptions {
  readonly queue: string;
  /** Without credentials. */
  readonly url: string;
  readonly credentials: { readonly username: string; readonly password: string };
  readonly env?: Readonly<Record<string, string>>;
}

/** The only container of a pod with `Delivery.amqpConsume()`, without the container: consume.sh under a shell. */
export class ConsumeProcess extends ShimProcess {
  private readonly credentials: string;

  constructor(shell: readonly string[], { queue, url, credentials, env }: ConsumeOptions) {
    const folder = mkdtempSync(join(tmpdir(), 'credentials-test-'));
    // A file that a person has made ends with a newline.
    writeFileSync(join(folder, CredentialFile.USERNAME), `${credentials.username}\n`);
    writeFileSync(join(folder, CredentialFile.PASSWORD), credentials.password);
    super(shell, {
      script: CONSUME,
      env: {
        [EnvName.BROKER_URL]: url,
        [EnvName.BROKER_CREDENTIALS_DIR]: folder,
        [EnvName.QUEUE]: queue,
        [EnvName.ITEM_TIMEOUT_SECONDS]: '60',
        [EnvName.TERMINATION_GRACE_SECONDS]: '10',
        ...env,
      },
    });
    this.credentials = folder;
  }

  override end(): void {
    super.end();
    rmSync(this.credentials, { recursive: true, force: true });
  }
}
