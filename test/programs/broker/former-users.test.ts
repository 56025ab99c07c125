import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'amqplib';
import { RabbitMQFile } from '../../../lib/contract/broker-secrets';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { useBroker } from '../../../tools/programs/broker';
import { addSettings, rabbitmqctl } from '../../../tools/programs/rabbitmqctl';
import { ADMIN, CLIENT, ServerNode } from '../../../tools/programs/server-node';

/** The tests follow one another: each begins with what the one before has left on the broker. */
describe('when a Secret has another username, the server', () => {
  const broker = useBroker();
  const node = new ServerNode();
  const older = join(node.folder, 'older.json');
  afterAll(() => node.remove());

  const QUEUE = 'fruits-0123456789';
  const ODD = '"quoted\\" \'ü€\' $(x) <<>>, %2F';
  const BY_HAND = { username: 'by-hand', password: 'hand-pw' };

  beforeAll(async () => {
    rabbitmqctl(broker(), 'add_user', BY_HAND.username, BY_HAND.password);
    rabbitmqctl(broker(), 'set_permissions', BY_HAND.username, '.*', '.*', '.*');
    addSettings(broker(), {
      'definitions.import_backend': 'local_filesystem',
      'definitions.local.path': definitions(),
    });
    await startPod();
    copyFileSync(definitions(), older);
  });

  test('lets both users in at first, and the one that was created by hand', async () => {
    expect(await loginsOf(CLIENT, ADMIN, BY_HAND)).toEqual(['in', 'in', 'in']);
  });

  test('lets the new users in, the old ones not, and the one that was created by hand', async () => {
    await startPod({ username: ODD }, { username: 'new-admin' });
    expect(await loginsOf({ ...CLIENT, username: ODD }, { ...ADMIN, username: 'new-admin' })).toEqual(['in', 'in']);
    expect(await loginsOf(CLIENT, ADMIN)).toEqual(['ACCESS_REFUSED', 'ACCESS_REFUSED']);
    expect(await loginsOf(BY_HAND)).toEqual(['in']);
    // Neither does an empty password let them in, which is what a user without a password might have.
    expect(await loginsOf({ ...CLIENT, password: '' })).toEqual(['ACCESS_REFUSED']);
  });

  test('takes away tags and permissions of the old ones', () => {
    const users: { user: string; tags: string[] }[] = JSON.parse(
      rabbitmqctl(broker(), 'list_users', '--formatter', 'json'),
    );
    expect(users.filter(({ tags }) => tags.includes('administrator')).map(({ user }) => user)).not.toContain(
      ADMIN.username,
    );
    for (const { username } of [CLIENT, ADMIN]) {
      const permissions = rabbitmqctl(broker(), 'list_user_permissions', username, '--formatter', 'json');
      expect(JSON.parse(permissions)).toEqual([{ vhost: '/', configure: '', write: '', read: '' }]);
    }
  });

  test('does not lock the new users when the container of another node restarts, with older definitions', async () => {
    rmSync(definitions());
    copyFileSync(older, definitions());
    await broker().restart();
    expect(await loginsOf({ ...CLIENT, username: ODD }, { ...ADMIN, username: 'new-admin' })).toEqual(['in', 'in']);
  });

  test('lets users in again whose names the Secrets have again, and locks names with quotes and letters beyond ASCII', async () => {
    await startPod();
    expect(await loginsOf(CLIENT, ADMIN, BY_HAND)).toEqual(['in', 'in', 'in']);
    const former = await loginsOf({ ...CLIENT, username: ODD }, { ...ADMIN, username: 'new-admin' });
    expect(former).toEqual(['ACCESS_REFUSED', 'ACCESS_REFUSED']);
  });

  function definitions(): string {
    return join(node.home, RabbitMQFile.DEFINITIONS);
  }

  /** Restarts the node with these Secrets: the init container first, then the server. */
  async function startPod(client: Partial<typeof CLIENT> = {}, admin: Partial<typeof ADMIN> = {}): Promise<void> {
    node.mount('client', { ...CLIENT, ...client });
    node.mount('admin', { ...ADMIN, ...admin });
    expect(await node.init()).toMatchObject({ code: ExitCode.DONE });
    await broker().restart();
  }

  /** Whether each of the users can log in and declare a queue. */
  function loginsOf(...users: { username: string; password: string }[]): Promise<string[]> {
    return Promise.all(users.map(loginOf));
  }

  async function loginOf({ username, password }: { username: string; password: string }): Promise<string> {
    const { hostname, port } = new URL(broker().url);
    try {
      const model = await connect({ hostname, port: Number(port), username, password });
      const channel = await model.createChannel();
      await channel.assertQueue(QUEUE);
      await model.close();
      return 'in';
    } catch (error) {
      return /ACCESS_REFUSED/.exec((error as Error).message)?.[0] ?? (error as Error).message;
    }
  }
});
