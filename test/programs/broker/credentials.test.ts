import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminSecretKey, CredentialFile } from '../../../lib/contract/broker-secrets';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { Label, MANAGED_BY } from '../../../lib/contract/labels';
import { createSecrets } from '../../../lib/programs/broker/credentials';
import { adminSecret, clientSecret } from '../../../lib/programs/broker/new-secrets';

const LABELS = { [Label.CHART]: 'fruits' };

interface Call {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

/** What the program needs of an API server: the Secrets of a namespace, and a record of the calls. */
class ApiServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'credentials-test-'));
  readonly calls: Call[] = [];
  readonly secrets = new Set<string>();
  /** Answers with these statuses before anything else. */
  readonly faults: number[] = [];
  private readonly server: Server;

  constructor() {
    const [key, cert] = [join(this.folder, 'key.pem'), join(this.folder, 'ca.crt')];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', '/CN=api', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert, ...subject], { stdio: 'pipe' });
    writeFileSync(join(this.folder, 'namespace'), 'research\n');
    writeFileSync(join(this.folder, 'token'), 'the-token\n');
    this.server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (call, response) => {
      let body = '';
      call.on('data', (part) => {
        body += part;
      });
      call.on('end', () => {
        const { method = '', url: path = '', headers } = call;
        this.calls.push({ method, path, authorization: headers.authorization ?? '', body });
        const { name } = JSON.parse(body).metadata;
        const status = this.faults.shift() ?? (this.secrets.has(name) ? 409 : 201);
        if (status === 201) this.secrets.add(name);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ message: status === 201 ? '' : `status ${status}` }));
      });
    });
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  create(...secrets: Parameters<typeof createSecrets>[0]) {
    const { port } = this.server.address() as AddressInfo;
    const server = { account: this.folder, host: '127.0.0.1', port: String(port) };
    return createSecrets(secrets, server, new AbortController().signal);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}

describe('the Secrets', () => {
  let api: ApiServer;

  beforeEach(async () => {
    api = new ApiServer();
    await api.start();
  });
  afterEach(() => api.stop());

  test('are created with the token of the service account, in its namespace, and none is read', async () => {
    const status = await api.create(clientSecret('c', LABELS), adminSecret('a', LABELS));
    expect(status).toEqual({ code: ExitCode.DONE, message: 'Secret c created; Secret a created' });
    expect(api.calls.map(({ method, path, authorization }) => [method, path, authorization])).toEqual([
      ['POST', '/api/v1/namespaces/research/secrets', 'Bearer the-token'],
      ['POST', '/api/v1/namespaces/research/secrets', 'Bearer the-token'],
    ]);
    const [client, admin] = api.calls.map(({ body }) => JSON.parse(body));
    expect(client).toMatchObject({ kind: 'Secret', type: 'kubernetes.io/basic-auth', metadata: { name: 'c' } });
    for (const { metadata } of [client, admin]) expect(metadata.labels).toEqual({ ...MANAGED_BY, ...LABELS });
    expect(client.stringData).toEqual({
      [CredentialFile.USERNAME]: 'work-queue',
      [CredentialFile.PASSWORD]: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(admin.stringData).toEqual({
      [AdminSecretKey.USERNAME]: 'work-queue-admin',
      [AdminSecretKey.PASSWORD]: expect.stringMatching(/^[\w-]{43}$/),
      [AdminSecretKey.ERLANG_COOKIE]: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test('that exist stay as they are, and the message says so', async () => {
    api.secrets.add('a');
    expect(await api.create(clientSecret('c', LABELS), adminSecret('a', LABELS))).toEqual({
      code: ExitCode.DONE,
      message: 'Secret c created; Secret a already exists and was not changed',
    });
  });

  test('are tried again after an error of the API server', async () => {
    api.faults.push(503);
    expect(await api.create(adminSecret('a', LABELS))).toEqual({ code: ExitCode.DONE, message: 'Secret a created' });
    expect(api.calls).toHaveLength(2);
  });
});
