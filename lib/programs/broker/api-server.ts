import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { EnvName } from '../../contract/environment';
import { requireEnv } from '../runtime/environment';
import { duration, log } from '../runtime/log';
import { type GaveUp, Obstacle, retry } from '../runtime/retry';
import type { RetryDeadline } from '../runtime/retry-deadline';
import { BackOff } from '../runtime/time';

const REQUEST_LIMIT_MS = 15_000;

/** How a pod reaches the API server. */
export interface ApiServer {
  /** The folder where the kubelet mounts the service account. */
  readonly account: string;
  readonly host: string;
  readonly port: string;
}

/** The API server of the pod's own cluster. */
export function apiServerFromEnvironment(): ApiServer {
  return {
    account: requireEnv(EnvName.SERVICE_ACCOUNT_DIR),
    // The kubelet sets these in every container.
    host: requireEnv('KUBERNETES_SERVICE_HOST'),
    port: requireEnv('KUBERNETES_SERVICE_PORT'),
  };
}

/** A call about objects of the pod's namespace. */
export interface ApiCall<T> {
  /** What the call is about: the log lines begin with it. */
  readonly subject: string;
  /** The path of the API group, such as `/api/v1`. */
  readonly group: string;
  /** The rest of the path, after the namespace. */
  readonly resource: string;
  /** The object to create. */
  readonly body: object;
  /** What an answer means. Nothing, if it is not an answer to the question: then the call is made again. */
  readonly read: (status: number, body: unknown) => T | undefined;
}

export interface ApiRetries {
  readonly deadline: RetryDeadline;
  /** Aborts when the answer is no longer needed. */
  readonly signal: AbortSignal;
}

/** Makes a call, again and again, until the API server has answered it, the deadline has passed or the signal aborts. */
export function callApiServer<T>(server: ApiServer, call: ApiCall<T>, options: ApiRetries): Promise<T | GaveUp> {
  const { deadline, signal } = options;
  return retry({
    attempt: async () => {
      try {
        const { status, body } = await send(server, call, signal);
        return call.read(status, body) ?? new Obstacle(`the API server answered ${status}: ${messageOf(body)}`);
      } catch (error) {
        return new Obstacle(`the API server cannot be reached: ${(error as Error).message}`);
      }
    },
    backOff: new BackOff(500, 30_000),
    deadline,
    signal,
    describe: (trouble, pause) => log(`${call.subject}: ${trouble}; trying again in ${duration(pause)}`),
  });
}

interface Answer {
  readonly status: number;
  /** What the JSON of the answer stands for, or its text if it is not JSON. */
  readonly body: unknown;
}

function send(
  { account, host, port }: ApiServer,
  call: Pick<ApiCall<unknown>, 'group' | 'resource' | 'body'>,
  signal: AbortSignal,
): Promise<Answer> {
  // For each call: the kubelet renews the token.
  const ofAccount = (file: string) => readFileSync(join(account, file), 'utf8');
  return new Promise((resolve, reject) => {
    const { group, resource, body } = call;
    const outgoing = request(
      {
        method: 'POST',
        host,
        port,
        path: `${group}/namespaces/${ofAccount('namespace').trim()}/${resource}`,
        ca: ofAccount('ca.crt'),
        headers: {
          authorization: `Bearer ${ofAccount('token').trim()}`,
          accept: 'application/json',
          'content-type': 'application/json',
        },
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_LIMIT_MS)]),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The API server's own words. Never an object, which may be a Secret. */
function messageOf(body: unknown): string {
  if (typeof body === 'string') return body.slice(0, 200);
  const { message } = (body ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : 'this is not an answer to the call';
}
