import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private certificate authority, by openssl. */
export class Authority {
  private readonly folder = mkdtempSync(join(tmpdir(), 'authority-'));

  constructor() {
    const subject = ['-subj', '/CN=a private authority'];
    this.openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '1', ...subject);
  }

  /** The entries of a Secret for a server of these names. */
  certify(...names: string[]): Record<string, string> {
    const extensions = ['-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`];
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-days', '1', '-subj', '/CN=a broker', ...extensions];
    this.openssl('req', '-x509', ...KEY, '-keyout', 'tls.key', '-out', 'tls.crt', ...signed);
    return Object.fromEntries(['tls.crt', 'tls.key', 'ca.crt'].map((file) => [file, this.read(file)]));
  }

  get certificate(): string {
    return this.read('ca.crt');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
