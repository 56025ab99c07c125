import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Json } from '../synthesized-run';

const USER = 'alice';

interface Answer {
  readonly status: number;
  /** Text is sent as it is. */
  readonly body: object | string;
}

/** An API server that knows a few objects of one namespace, and forwards ports of its pods to a port of this machine. */
export class FakeCluster {
  readonly namespace = 'research';
  readonly objects: Json[] = [];
  /** Logs by `POD/CONTAINER`. */
  readonly logs = new Map<string, string>();
  /** What the user may not do, as `list jobs`. */
  readonly forbidden = new Set<string>();
  /** What was asked, as `list jobs`. */
  readonly asked = new Set<string>();
  /** Whether it cuts each connection instead of an answer. */
  isAway = false;
  /** Whether it does what was asked, but cuts the connection instead of an answer. */
  cutsAnswers = false;
  /** Where the ports of all pods lead. */
  forwardTo: number | undefined;
  forwardCount = 0;
  /** What was changed, as `delete jobs/NAME`. */
  readonly changes: string[] = [];
  /** After so many changes it answers no more, as if the command had been killed. */
  awayAfterChanges = Number.POSITIVE_INFINITY;
  private readonly folder = mkdtempSync(join(tmpdir(), 'fake-cluster-'));
  private readonly server: Server = createServer(async (request, response) => {
    if (this.isAway) {
      request.socket.destroy();
      return;
    }
    const { method = 'GET', url = '' } = request;
    const { status, body } = await this.handle(method, url, request);
    if (this.cutsAnswers) {
      request.socket.destroy();
      return;
    }
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json' });
    response.end(isText ? body : JSON.stringify(body));
  });
  private readonly webSockets = new WebSocketServer({ noServer: true });
  private readonly forwards = new Set<Socket>();

  async start(): Promise<void> {
    this.server.on('upgrade', (request, socket, head) => {
      const refusal = this.refusal('create', 'pods/portforward');
      if (refusal) socket.end(`HTTP/1.1 ${refusal.status} Forbidden\r\n\r\n`);
      else this.webSockets.handleUpgrade(request, socket, head, (webSocket) => this.forward(webSocket, request));
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    writeFileSync(this.kubeconfig, JSON.stringify(this.config));
  }

  get kubeconfig(): string {
    return join(this.folder, 'kubeconfig');
  }

  /** Objects of a kind. */
  of(kind: string): Json[] {
    return this.objects.filter((object) => object.kind === kind);
  }

  /** Cuts all connections to pods. */
  cutForwards(): void {
    for (const socket of this.forwards) socket.destroy();
  }

  /** Answers no more. */
  silence(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  remove(): void {
    this.cutForwards();
    this.silence();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get config() {
    const { port } = this.server.address() as AddressInfo;
    const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
    return {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'fake', cluster }],
      users: [{ name: USER, user: { token: 'the-token' } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: USER, namespace: this.namespace } }],
      'current-context': 'fake',
    };
  }

  private answer(url: string): Answer {
    const { pathname, searchParams } = new URL(url, 'http://fake');
    const [, resource = '', name, part] =
      /\/namespaces\/[^/]+\/([a-z]+)(?:\/([^/]+)(?:\/([a-z]+))?)?$/.exec(pathname) ?? [];
    const what = part === undefined ? resource : `${resource}/${part}`;
    const refusal = this.refusal(name === undefined ? 'list' : 'get', what);
    if (refusal) return refusal;
    if (part === 'log') return this.log(`${name}/${searchParams.get('container')}`);
    const found = this.objects.filter(({ kind }) => `${kind.toLowerCase()}s` === resource);
    if (name === undefined) {
      const items = found.filter((object) => isSelected(object, searchParams));
      return { status: 200, body: { kind: 'List', metadata: {}, items } };
    }
    const object = found.find(({ metadata }) => metadata.name === name);
    return object ? { status: 200, body: object } : failure(404, `${resource} "${name}" not found`);
  }

  private async handle(method: string, url: string, request: IncomingMessage): Promise<Answer> {
    if (method === 'GET') return this.answer(url);
    const body = await jsonOf(request);
    return method === 'POST' ? this.create(url, body) : this.change(method, url, body);
  }

  /** `DELETE` and `PATCH` of an object. */
  private change(method: string, url: string, body: Json): Answer {
    const { pathname, searchParams } = new URL(url, 'http://fake');
    const [, resource = '', name] = /\/namespaces\/[^/]+\/([a-z]+)\/([^/]+)$/.exec(pathname) ?? [];
    const refusal = this.refusal(method.toLowerCase(), resource);
    if (refusal) return refusal;
    const object = this.objects.find(
      ({ kind, metadata }) => `${kind.toLowerCase()}s` === resource && metadata.name === name,
    );
    if (!object) return failure(404, `${resource} "${name}" not found`);
    const uid = body.preconditions?.uid ?? (Array.isArray(body) ? body[0].value : undefined);
    if (uid !== object.metadata.uid) return failure(409, `the UID in the precondition (${uid}) does not match`);
    // As an API server does: what is in the body of a deletion makes the query void.
    const dryRun = method === 'DELETE' ? body.dryRun?.[0] : searchParams.get('dryRun');
    if (dryRun === 'All') return { status: 200, body: object };
    this.changes.push(`${method.toLowerCase()} ${resource}/${name}`);
    if (method === 'DELETE') this.delete(object, body.propagationPolicy === 'Background');
    else this.suspend(object);
    this.isAway = this.changes.length >= this.awayAfterChanges;
    return { status: 200, body: object };
  }

  /** As the garbage collector does it, the pods of a Job go with it. */
  private delete(object: Json, withPods: boolean): void {
    const gone = (each: Json) => each === object || (withPods && isPodOf(each, object));
    this.objects.splice(0, Number.POSITIVE_INFINITY, ...this.objects.filter((each) => !gone(each)));
  }

  private suspend(job: Json): void {
    job.spec.suspend = true;
    this.delete(job, true);
    this.objects.push(job);
  }

  /** Creates an object, with what an API server adds to it. */
  private create(url: string, object: Json): Answer {
    const { pathname, searchParams } = new URL(url, 'http://fake');
    const [, resource = ''] = /\/namespaces\/[^/]+\/([a-z]+)$/.exec(pathname) ?? [];
    const refusal = this.refusal('create', resource);
    if (refusal) return refusal;
    const { kind, metadata } = object;
    if (this.of(kind).some((each) => each.metadata.name === metadata.name)) {
      return failure(409, `${resource} "${metadata.name}" already exists`);
    }
    const uid = `created-${this.objects.length}`;
    const added = { uid, resourceVersion: '1', creationTimestamp: new Date().toISOString() };
    const created = { ...object, metadata: { ...metadata, ...added }, status: {} };
    if (!searchParams.has('dryRun')) this.objects.push(created);
    return { status: 201, body: created };
  }

  private refusal(verb: string, resource: string): Answer | undefined {
    this.asked.add(`${verb} ${resource}`);
    if (!this.forbidden.has(`${verb} ${resource}`)) return undefined;
    return failure(
      403,
      `${resource} is forbidden: User "${USER}" cannot ${verb} resource "${resource}" in API group ""`,
    );
  }

  private log(key: string): Answer {
    const body = this.logs.get(key);
    return body === undefined ? failure(404, `pods "${key}" not found`) : { status: 200, body };
  }

  /** As a kubelet does: each stream begins with the port's number. */
  private forward(webSocket: WebSocket, { url = '' }: IncomingMessage): void {
    this.forwardCount++;
    const port = Number(new URL(url, 'http://fake').searchParams.get('ports'));
    const number = Buffer.from([port & 255, port >> 8]);
    for (const stream of [0, 1]) webSocket.send(Buffer.concat([Buffer.from([stream]), number]));
    const socket = connect(this.forwardTo ?? port, '127.0.0.1');
    this.forwards.add(socket);
    socket.on('data', (data) => webSocket.send(Buffer.concat([Buffer.from([0]), data])));
    socket.on('error', () => {}); // its end follows
    socket.on('close', () => {
      this.forwards.delete(socket);
      webSocket.close();
    });
    webSocket.on('message', (data: Buffer) => socket.write(data.subarray(1)));
    webSocket.on('close', () => socket.destroy());
  }
}

function failure(code: number, message: string): Answer {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code } };
}

async function jsonOf(request: IncomingMessage): Promise<Json> {
  let text = '';
  for await (const piece of request) text += piece;
  return text === '' ? {} : JSON.parse(text);
}

function isPodOf({ kind, metadata }: Json, job: Json): boolean {
  return kind === 'Pod' && metadata.labels?.['batch.kubernetes.io/job-name'] === job.metadata.name;
}

function isSelected({ metadata, status }: Json, query: URLSearchParams): boolean {
  const terms = (name: string) => (query.get(name) ?? '').split(',').filter((term) => term !== '');
  const labelled = terms('labelSelector').every((term) => {
    const [key, value] = term.split('=');
    return key in (metadata.labels ?? {}) && (value === undefined || metadata.labels[key] === value);
  });
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'status.phase': status?.phase,
  };
  return (
    labelled &&
    terms('fieldSelector').every((term) => {
      const [, key = '', operator, value] = /^([\w.]+)(!?=)(.*)$/.exec(term) ?? [];
      return (fields[key] === value) === (operator === '=');
    })
  );
}
