import { ExitCode } from '../../contract/exit-codes';
import { MANAGED_BY } from '../../contract/labels';
import type { ExitStatus } from '../runtime/exit-status';
import { GaveUp } from '../runtime/retry';
import { RetryDeadline } from '../runtime/retry-deadline';
import { type ApiCall, type ApiServer, callApiServer } from './api-server';
import type { NewSecret } from './new-secrets';

/**
 * Creates the Secrets of a broker with random passwords, unless they exist: a second run must not change what a broker has
 * already been started with. It reads none: a token that may would give the passwords to whoever has it.
 */
export async function createSecrets(
  secrets: readonly NewSecret[],
  server: ApiServer,
  shutdown: AbortSignal,
): Promise<ExitStatus> {
  const done: string[] = [];
  for (const secret of secrets) {
    const { code, message } = await ensure(secret, server, shutdown);
    if (code !== ExitCode.DONE) return { code, message };
    done.push(message);
  }
  return { code: ExitCode.DONE, message: done.join('; ') };
}

async function ensure(secret: NewSecret, server: ApiServer, shutdown: AbortSignal): Promise<ExitStatus> {
  const { name } = secret;
  const deadline = new RetryDeadline();
  const result = await callApiServer(server, creation(secret), { deadline, signal: shutdown });
  if (!(result instanceof GaveUp)) return { code: ExitCode.DONE, message: `Secret ${name} ${result}` };
  if (result.because === 'terminated') {
    return { code: ExitCode.STOPPED, message: `terminated before Secret ${name} existed` };
  }
  const message = `Secret ${name}: gave up after ${deadline.limit}: ${result.obstacle}`;
  return { code: ExitCode.TRY_AGAIN, message };
}

function creation(secret: NewSecret): ApiCall<string> {
  return {
    subject: `Secret ${secret.name}`,
    group: '/api/v1',
    resource: 'secrets',
    body: manifest(secret),
    read: (status) => {
      if (status === 201) return 'created';
      return status === 409 ? 'already exists and was not changed' : undefined;
    },
  };
}

function manifest({ name, type, labels, stringData }: NewSecret): object {
  const metadata = { name, labels: { ...MANAGED_BY, ...labels } };
  return { apiVersion: 'v1', kind: 'Secret', type, metadata, stringData };
}
