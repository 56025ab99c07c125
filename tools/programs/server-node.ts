import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RabbitMQFile } from '../../lib/contract/broker-secrets';
import { EnvName } from '../../lib/contract/environment';
import { ProgramProcess } from './program-process';

const PROGRAM = join(__dirname, '..', '..', 'build', 'programs', 'broker-init.js');

/** 20 characters, the fewest that are accepted. */
export const COOKIE = 'the-cookie-0123456789'.slice(0, 20);

export const CLIENT = { username: 'work-queue', password: 'client-pw' };
export const ADMIN = { username: 'work-queue-admin', password: 'admin-pw', 'erlang-cookie': COOKIE };

/** A broker's node before its server starts: the Secrets as folders, the home folder of the server, and its volume. */
export class ServerNode {
  readonly folder = mkdtempSync(join(tmpdir(), 'broker-init-test-'));
  readonly home = join(this.folder, 'home');
  readonly data = join(this.folder, 'data');

  constructor() {
    mkdirSync(this.home);
    mkdirSync(this.data);
    this.mount('client', CLIENT);
    this.mount('admin', ADMIN);
  }

  /** A Secret with these keys, in place of what was there. */
  mount(secret: 'client' | 'admin', keys: Record<string, string>): void {
    const folder = join(this.folder, secret);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [key, value] of Object.entries(keys)) writeFileSync(join(folder, key), value);
  }

  async init(env: Record<string, string> = {}) {
    const program = new ProgramProcess(PROGRAM, {
      [EnvName.BROKER_CREDENTIALS_DIR]: join(this.folder, 'client'),
      [EnvName.ADMIN_SECRET_DIR]: join(this.folder, 'admin'),
      [EnvName.RABBITMQ_HOME]: this.home,
      [EnvName.RABBITMQ_DATA]: this.data,
      [EnvName.TERMINATION_LOG]: join(this.folder, 'last-words'),
      ...env,
    });
    const code = await program.exit;
    return { code, log: program.log, lastWords: () => program.lastWords };
  }

  text(file: string): string {
    return readFileSync(join(this.home, file), 'utf8');
  }

  get definitions() {
    return JSON.parse(this.text(RabbitMQFile.DEFINITIONS));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
