import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { ExitCode } from '../../contract/exit-codes';
import { requireEnv } from '../runtime/environment';
import type { ExitStatus } from '../runtime/exit-status';
import { duration, log } from '../runtime/log';
import { GaveUp, Obstacle, retry } from '../runtime/retry';
import { RetryDeadline } from '../runtime/retry-deadline';
import { BackOff } from '../runtime/time';
import type { NewSecret } from './new-secrets';

/** Where the kubelet mounts the service account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const REQUEST_LIMIT_MS = 15_000;

/**
 * Creates the Secrets of a broker with random passwords, unless they exist: a second run must not change what a broker has
 * already been started with.
 */
export async function createSecrets(secrets: readonly NewSecret[], shutdown: AbortSignal): Promise<ExitStatus> {
  const done: string[] = [];
  for (const secret of secrets) {
    const { code, message } = await ensure(secret, shutdown);
    if (code !== ExitCode.DONE) return { code, message };
    done.push(message);
  }
  return { code: ExitCode.DONE, message: done.join('; ') };
}

async function ensure(secret: NewSecret, shutdown: AbortSignal): Promise<ExitStatus> {
  const { name } = secret;
  const deadline = new RetryDeadline();
  const result = await retry({
    attempt: () => create(secret),
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

async function create(secret: NewSecret): Promise<string | Obstacle> {
  try {
    const found = await api('GET', secret.name);
    if (found.status === 200) return 'exists; nothing to do';
    const made = found.status === 404 ? await api('POST', secret.name, manifest(secret)) : found;
    if (made.status === 201) return 'created';
    return new Obstacle(`the API server answered ${made.status}: ${made.message}`);
  } catch (error) {
    return new Obstacle(`the API server cannot be reached: ${(error as Error).message}`);
  }
}

interface Answer {
  readonly status: number;
  /** The API server's own words. Never the body of a Secret. */
  readonly message: string;
}

function api(method: 'GET' | 'POST', secret: string, content?: object): Promise<Answer> {
  const namespace = readFileSync(`${ACCOUNT}/namespace`, 'utf8').trim();
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const body = content && JSON.stringify(content);
  return new Promise((resolve, reject) => {
    const call = request(
      {
        method,
        host: requireEnv('KUBERNETES_SERVICE_HOST'),
        port: requireEnv('KUBERNETES_SERVICE_PORT'),
        path: method === 'GET' ? `${path}/${secret}` : path,
        ca: readFileSync(`${ACCOUNT}/ca.crt`),
        headers: {
          authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, 'utf8').trim()}`,
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
    call.end(body);
  });
}

function manifest({ name, type, stringData }: NewSecret): object {
  const metadata = { name, labels: { 'app.kubernetes.io/managed-by': 'cdk8s-work-queue' } };
  return { apiVersion: 'v1', kind: 'Secret', type, metadata, stringData };
}

function reason(text: string): string {
  try {
    return String(JSON.parse(text).message);
  } catch {
    return text.slice(0, 200);
  }
}
