import { execFileSync, spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CERTIFICATE } from '../../../scripts/definitions';
import { CLUSTER } from '../../../tools/cluster/control';
import type { Namespace } from '../../../tools/cluster/namespace';
import { until } from '../../../tools/cluster/until';
import type { Json } from '../../../tools/synthesized-run';
import { defineResource } from './custom-resources';

/** From nothing, it takes two minutes on two cores. */
const BUILD_LIMIT_MS = 480_000;

const API_VERSION = 'cert-manager.io/v1';

interface CertManager {
  /** Ends it. Rejects, with its last words, where it has ended by itself. */
  stop(): Promise<void>;
}

/** cert-manager for the tests of a file, with an Issuer of that name. */
export function useCertManager(namespace: Namespace, issuer: string): void {
  let certManager: CertManager;
  beforeAll(async () => {
    certManager = await startCertManager(namespace);
    await makeIssuer(namespace, issuer);
  });
  afterAll(() => certManager?.stop());
}

/** Runs cert-manager's controllers for one namespace, as a process beside the control plane. */
async function startCertManager(namespace: Namespace): Promise<CertManager> {
  const program = build();
  for (const kind of ['certificates', 'certificaterequests', 'issuers']) {
    await defineResource({ ...CERTIFICATE, file: `deploy/crds/cert-manager.io_${kind}.yaml` });
  }
  const child = spawn(CLUSTER ?? '', ['exec', program, namespace.name], { stdio: ['pipe', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (part) => {
    words += part;
  });
  child.stdin.on('error', () => {}); // it has ended: its words say why
  let running = true;
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      words += error.message;
      resolve();
    });
    child.on('close', () => resolve());
  }).finally(() => {
    running = false;
  });
  return {
    stop: async () => {
      if (!running) throw new Error(`cert-manager has ended by itself: ${words}`);
      child.stdin.end();
      await ended;
    },
  };
}

/** Go itself knows what there is to build: where nothing has changed this takes less than a second. */
function build(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const program = join(cache, 'cdk8s-work-queue', 'cert-manager');
  execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', program, '.'], {
    cwd: join(__dirname, '..', 'cert-manager'),
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: BUILD_LIMIT_MS,
  });
  return program;
}

/**
 * An Issuer of that name, for certificates in the namespace. It has an authority of its own, whose certificate and key are in
 * a Secret of the same name.
 */
async function makeIssuer(namespace: Namespace, name: string): Promise<void> {
  const selfSigned = `${name}-self-signed`;
  const authority = {
    isCA: true,
    commonName: name,
    secretName: name,
    privateKey: { algorithm: 'ECDSA', size: 256 },
    issuerRef: { kind: 'Issuer', name: selfSigned },
  };
  await namespace.apply([
    { apiVersion: API_VERSION, kind: 'Issuer', metadata: { name: selfSigned }, spec: { selfSigned: {} } },
    { apiVersion: API_VERSION, kind: 'Certificate', metadata: { name }, spec: authority },
    { apiVersion: API_VERSION, kind: 'Issuer', metadata: { name }, spec: { ca: { secretName: name } } },
  ]);
  await certManagerReady(namespace, 'issuer', name);
}

/** Waits until cert-manager says of an object that it is ready: for a certificate, that its Secret is there. */
export async function certManagerReady(
  namespace: Namespace,
  kind: 'issuer' | 'certificate',
  name: string,
): Promise<void> {
  await until(`${kind} ${name} ready`, async () => {
    const { status } = await namespace.get(`${kind}.cert-manager.io`, name);
    return status?.conditions?.some((one: Json) => one.type === 'Ready' && one.status === 'True') as boolean;
  });
}
