import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { ExitCode } from '../../contract/exit-codes';
import { MANAGED_BY } from '../../contract/labels';
import type { ExitStatus } from '../runtime/exit-status';
import { duration, log } from '../runtime/log';
import { GaveUp, Obstacle, retry } from '../runtime/retry';
import { RetryDeadline } from '../runtime/retry-deadline';
import { BackOff } from '../runtime/time';
import type { NewSecret } from './new-secrets';

const REQUEST_LIMIT_MS = 15_000;

/** How a pod reaches the API server. */
export interface ApiServer {
  /** The folder where the kubelet mounts the service account. */
  readonly account: string;
  readonly host: string;
  readonly port: string;
}

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
  const result = await retry({
    attempt: () => create(secret, server),
    backOff: new BackOff(500, 30_000),
    deadline,
    signal: shutdown,
    describe: (trouble, pause) => log(`Secret ${name}: ${trouble}; trying again in ${duration(pause)}`),
  });
  if (!(result instanceof GaveUp)) return { code: ExitCode.DONE, message: `Secret ${name} ${result}` };
  if (result.because === 'terminated') {
    return { code: ExitCode.STOPPED, message: `terminated before Secret ${name} existed` };
  }
  const message = `Secret ${name}: gave up after ${deadline.limit}: ${result.obstacle}`;
  return { code: ExitCode.TRY_AGAIN, message };
}

async function create(secret: NewSecret, server: ApiServer): Promise<string | Obstacle> {
  try {
    const { status, message } = await post(manifest(secret), server);
    if (status === 201) return 'created';
    if (status === 409) return 'already exists and was not changed';
    return new Obstacle(`the API server answered ${status}: ${message}`);
  } catch (error) {
    return new Obstacle(`the API server cannot be reached: ${(error as Error).message}`);
  }
}

interface Answer {
  readonly status: number;
  /** The API server's own words. Never the body of a Secret. */
  readonly message: string;
}

function post(secret: object, { account, host, port }: ApiServer): Promise<Answer> {
  const ofAccount = (file: string) => readFileSync(join(account, file), 'utf8');
  return new Promise((resolve, reject) => {
    const call = request(
      {
        method: 'POST',
        host,
        port,
        path: `/api/v1/namespaces/${ofAccount('namespace').trim()}/secrets`,
        ca: ofAccount('ca.crt'),
        headers: {
          authorization: `Bearer ${ofAccount('token').trim()}`,
          accept: 'application/json',
          'content-type': 'application/json',
        },
        signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      },
      (response) => {
        const status = response.statusCode ?? 0;
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status, message: status < 300 ? '' : reason(text) }));
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify(secret));
  });
}

function manifest({ name, type, labels, stringData }: NewSecret): object {
  const metadata = { name, labels: { ...MANAGED_BY, ...labels } };
  return { apiVersion: 'v1', kind: 'Secret', type, metadata, stringData };
}

function reason(text: string): string {
  try {
    return String(JSON.parse(text).message);
  } catch {
    return text.slice(0, 200);
  }
}
