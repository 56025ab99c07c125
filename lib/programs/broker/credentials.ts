import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { ExitCode } from '../../contract/exit-codes';
import type { Ending } from '../runtime/ending';
import { requireEnv } from '../runtime/environment';
import { duration, log } from '../runtime/log';
import { Patience } from '../runtime/patience';
import { backOff, sleep } from '../runtime/time';
import type { NewSecret } from './new-secrets';

/** Where the kubelet mounts the service account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const REQUEST_LIMIT_MS = 15_000;

/**
 * Creates the Secrets of a broker with random passwords, unless they are there: whoever comes second must not change what a
 * broker has already been started with.
 */
export async function credentials(secrets: readonly NewSecret[], leave: AbortSignal): Promise<Ending> {
  const done: string[] = [];
  for (const secret of secrets) {
    const { code, sentence } = await ensure(secret, leave);
    if (code !== ExitCode.DONE) return { code, sentence };
    done.push(sentence);
  }
  return { code: ExitCode.DONE, sentence: done.join('; ') };
}

async function ensure(secret: NewSecret, leave: AbortSignal): Promise<Ending> {
  const { name } = secret;
  const patience = new Patience();
  const pause = backOff(500, 30_000);
  for (;;) {
    let trouble: string;
    try {
      const seen = await api('GET', name);
      if (seen.status === 200) return { code: ExitCode.DONE, sentence: `Secret ${name} is there; nothing to do` };
      const made = seen.status === 404 ? await api('POST', name, manifest(secret)) : seen;
      if (made.status === 201) return { code: ExitCode.DONE, sentence: `Secret ${name} created` };
      trouble = `the API server answered ${made.status}: ${made.message}`;
    } catch (error) {
      trouble = `the API server cannot be reached: ${(error as Error).message}`;
    }
    if (leave.aborted) return { code: ExitCode.LEFT, sentence: `asked to leave before Secret ${name} was there` };
    if (patience.exhausted)
      return { code: ExitCode.TRY_AGAIN, sentence: `Secret ${name}: gave up after ${patience.limit}: ${trouble}` };
    const wait = pause();
    log(`Secret ${name}: ${trouble}; again in ${duration(wait)}`);
    await sleep(wait, leave);
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
