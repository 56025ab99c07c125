import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdminSecretKey, CredentialFile, RabbitMQFile } from '../../contract/broker-secrets';
import { ExitCode } from '../../contract/exit-codes';
import { QUEUE_NAMES } from '../../contract/queues';
import type { ExitStatus } from '../runtime/exit-status';
import { readSecretFile } from '../runtime/secret-file';

export interface BrokerInitSettings {
  readonly clientFolder: string;
  readonly adminFolder: string;
  readonly home: string;
}

/**
 * Who knows the cookie can run any code on a node. The Secret may be older than the Job that creates it, and then its cookie may
 * be one that can be guessed. Erlang itself generates one of 20 characters.
 */
const MIN_COOKIE_LENGTH = 20;

/** The cookie is an atom of Erlang. */
const MAX_COOKIE_LENGTH = 255;

/**
 * Writes what a RabbitMQ node needs before it starts, from the Secrets as they are now: the Erlang cookie and the definitions
 * of the users, which the server imports at each start. So a new password takes effect after a restart.
 * https://www.rabbitmq.com/docs/definitions#import-on-boot
 */
export async function writeBrokerFiles({ clientFolder, adminFolder, home }: BrokerInitSettings): Promise<ExitStatus> {
  const admin = (key: string) => readSecretFile(adminFolder, key);
  const client = (key: string) => readSecretFile(clientFolder, key);
  const users = [
    { name: admin(AdminSecretKey.USERNAME), password: admin(AdminSecretKey.PASSWORD), tags: ['administrator'] },
    { name: client(CredentialFile.USERNAME), password: client(CredentialFile.PASSWORD), tags: [] },
  ];
  const [{ name: administrator }, { name: user }] = users;
  const empty = users.find(({ name, password }) => name === '' || password === '');
  if (empty) {
    return {
      code: ExitCode.TRY_AGAIN,
      message: 'a Secret of the broker has an empty username or password; give it both',
    };
  }
  const cookie = admin(AdminSecretKey.ERLANG_COOKIE);
  if (cookie.length < MIN_COOKIE_LENGTH || cookie.length > MAX_COOKIE_LENGTH) {
    return {
      code: ExitCode.TRY_AGAIN,
      message:
        `the ${AdminSecretKey.ERLANG_COOKIE} in the administrator's Secret has ${cookie.length} characters; ` +
        `it must have ${MIN_COOKIE_LENGTH} to ${MAX_COOKIE_LENGTH}`,
    };
  }
  if (user === administrator) {
    return {
      code: ExitCode.TRY_AGAIN,
      message: `the username of the credentials is ${user}, which is the administrator's; give the Secret another username`,
    };
  }
  const all = { configure: '.*', write: '.*', read: '.*' };
  // Publishing to a queue by its name is writing to the default exchange, which the permissions call amq.default.
  const own = { configure: `^${QUEUE_NAMES}$`, write: `^(amq\\.default|${QUEUE_NAMES})$`, read: `^${QUEUE_NAMES}$` };
  const definitions = {
    users,
    vhosts: [{ name: '/' }],
    permissions: [
      { user: administrator, vhost: '/', ...all },
      { user, vhost: '/', ...own },
    ],
  };
  write(join(home, RabbitMQFile.DEFINITIONS), JSON.stringify(definitions));
  write(join(home, RabbitMQFile.ERLANG_COOKIE), cookie);
  return { code: ExitCode.DONE, message: `the users ${administrator} and ${user} are ready for the server` };
}

/** Erlang refuses a cookie that others can read. */
function write(file: string, content: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, content, { mode: 0o400 });
}
