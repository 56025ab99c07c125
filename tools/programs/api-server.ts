import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvName } from '../../lib/contract/environment';

export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

interface ApiAnswer {
  readonly status: number;
  readonly body: object;
}

/** What stands for an API server: real HTTPS with a certificate of its own, a service account, and a record of the calls. */
export class FakeApiServer {
  /** The folder with the service account. */
  readonly folder = mkdtempSync(join(tmpdir(), 'api-server-test-'));
  readonly calls: ApiCall[] = [];
  /** Answers with these statuses before anything else. */
  readonly faults: number[] = [];
  private readonly server: Server;

  constructor(answer: (call: ApiCall) => ApiAnswer) {
    const [key, cert] = [join(this.folder, 'key.pem'), join(this.folder, 'ca.crt')];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', '/CN=api', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert, ...subject], { stdio: 'pipe' });
    writeFileSync(join(this.folder, 'namespace'), 'research\n');
    this.setToken('the-token');
    this.server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, response) => {
      let body = '';
      incoming.on('data', (part) => {
        body += part;
      });
      incoming.on('end', () => {
        const { method = '', url: path = '', headers } = incoming;
        const call = { method, path, authorization: headers.authorization ?? '', body };
        this.calls.push(call);
        const fault = this.faults.shift();
        const { status, body: answered } =
          fault === undefined ? answer(call) : { status: fault, body: { message: `status ${fault}` } };
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answered));
      });
    });
  }

  setToken(token: string): void {
    writeFileSync(join(this.folder, 'token'), `${token}\n`);
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** How a program reaches it. */
  get address() {
    const { port } = this.server.address() as AddressInfo;
    return { account: this.folder, host: '127.0.0.1', port: String(port) };
  }

  /** The same as the environment of a pod. */
  get env(): Record<string, string> {
    const { account, host, port } = this.address;
    return {
      [EnvName.SERVICE_ACCOUNT_DIR]: account,
      KUBERNETES_SERVICE_HOST: host,
      KUBERNETES_SERVICE_PORT: port,
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}
