import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { ExitCode } from '../contract';
import type { Ending } from './ending';
import { requireEnv } from './environment';
import { duration, log } from './log';
import { Patience } from './patience';
import { backOff, sleep } from './time';

/** Where the kubelet mounts the service account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const REQUEST_LIMIT_MS = 15_000;

/**
 * Creates the broker's Secret with a random password, unless it is there: whoever comes second must not change what a broker
 * has already been started with.
 */
export async function credentials(secret: string, leave: AbortSignal): Promise<Ending> {
  const patience = new Patience();
  const pause = backOff(500, 30_000);
  for (;;) {
    let trouble: string;
    try {
      const seen = await api('GET', secret);
      if (seen.status === 200) return { code: ExitCode.DONE, sentence: `Secret ${secret} is there; nothing to do` };
      const made = seen.status === 404 ? await api('POST', secret) : seen;
      if (made.status === 201) return { code: ExitCode.DONE, sentence: `Secret ${secret} created` };
      trouble = `the API server answered ${made.status}: ${made.message}`;
    } catch (error) {
      trouble = `the API server cannot be reached: ${(error as Error).message}`;
    }
    if (leave.aborted) return { code: ExitCode.LEFT, sentence: 'asked to leave before the Secret was there' };
    if (patience.exhausted)
      return { code: ExitCode.TRY_AGAIN, sentence: `Secret ${secret}: gave up after ${patience.limit}: ${trouble}` };
    const wait = pause();
    log(`Secret ${secret}: ${trouble}; again in ${duration(wait)}`);
    await sleep(wait, leave);
  }
}

interface Answer {
  readonly status: number;
  /** The API server's own words. Never the body of a Secret. */
  readonly message: string;
}

function api(method: 'GET' | 'POST', secret: string): Promise<Answer> {
  const namespace = readFileSync(`${ACCOUNT}/namespace`, 'utf8').trim();
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  const body = method === 'POST' ? JSON.stringify(newSecret(secret)) : undefined;
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

function newSecret(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/basic-auth',
    metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'cdk8s-work-queue' } },
    // Letters, digits, - and _ only: as good in a URL as in a configuration file.
    stringData: { username: 'work-queue', password: randomBytes(32).toString('base64url') },
  };
}

function reason(text: string): string {
  try {
    return String(JSON.parse(text).message);
  } catch {
    return text.slice(0, 200);
  }
}
