import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdminSecretKey, CredentialFile, RabbitMQFile } from '../../contract/broker-secrets';
import { ExitCode } from '../../contract/exit-codes';
import { QUEUE_NAMES } from '../../contract/queues';
import type { ExitStatus } from '../runtime/exit-status';
import { quoted } from '../runtime/log';
import { readSecretFile } from '../runtime/secret-file';
import { recordUsernames } from './known-usernames';

export interface BrokerInitSettings {
  readonly clientFolder: string;
  readonly adminFolder: string;
  readonly home: string;
  readonly dataFolder: string;
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
 *
 * An import deletes no user, so the definitions lock each user that the Secrets once had: a user with an empty hash cannot log
 * in with any password. The server imports the definitions before it listens, so no client is earlier.
 *
 * A node locks only names that its own Secrets once had. So a node whose container is restarted, which imports older
 * definitions than those of other nodes, does not lock a new user. It unlocks the former one, until its pod is restarted too.
 */
export async function writeBrokerFiles(settings: BrokerInitSettings): Promise<ExitStatus> {
  const { clientFolder, adminFolder, home, dataFolder } = settings;
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
  const none = { configure: '', write: '', read: '' };
  const former = recordUsernames(dataFolder, [administrator, user]);
  const definitions = {
    users: [...users, ...former.map((name) => ({ name, password_hash: '', tags: [] }))],
    vhosts: [{ name: '/' }],
    permissions: [
      { user: administrator, vhost: '/', ...all },
      { user, vhost: '/', ...own },
      ...former.map((name) => ({ user: name, vhost: '/', ...none })),
    ],
  };
  write(join(home, RabbitMQFile.DEFINITIONS), JSON.stringify(definitions));
  write(join(home, RabbitMQFile.ERLANG_COOKIE), cookie);
  const locked = former.length > 0 ? `; former users are locked: ${former.map(quoted).join(', ')}` : '';
  return { code: ExitCode.DONE, message: `the users ${administrator} and ${user} are ready for the server${locked}` };
}

/** Erlang refuses a cookie that others can read. */
function write(file: string, content: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, content, { mode: 0o400 });
}
