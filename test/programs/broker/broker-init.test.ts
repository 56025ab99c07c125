import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { USERNAMES_FILE } from '../../../lib/contract/broker-secrets';
import { EnvName } from '../../../lib/contract/environment';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { relatedQueues } from '../../../lib/contract/queues';
import { ADMIN, CLIENT, COOKIE, ServerNode } from '../../../tools/programs/server-node';

const nodes: ServerNode[] = [];
afterEach(() => {
  for (const node of nodes.splice(0)) node.remove();
});
function newNode(): ServerNode {
  const node = new ServerNode();
  nodes.push(node);
  return node;
}
function record({ data }: ServerNode): string {
  return join(data, USERNAMES_FILE);
}
async function initialized(): Promise<ServerNode> {
  const node = newNode();
  expect(await node.init()).toMatchObject({ code: ExitCode.DONE });
  return node;
}

describe('the definitions', () => {
  test('have two users, one of them the administrator, and the virtual host /', async () => {
    const { users, vhosts, permissions } = (await initialized()).definitions;
    expect(users).toEqual([
      { name: 'work-queue-admin', password: 'admin-pw', tags: ['administrator'] },
      { name: 'work-queue', password: 'client-pw', tags: [] },
    ]);
    expect(vhosts).toEqual([{ name: '/' }]);
    expect(permissions.map(({ user, vhost }: { user: string; vhost: string }) => [user, vhost])).toEqual([
      ['work-queue-admin', '/'],
      ['work-queue', '/'],
    ]);
  });

  test('let the administrator do everything', async () => {
    const [admin] = (await initialized()).definitions.permissions;
    expect(admin).toMatchObject({ configure: '.*', write: '.*', read: '.*' });
  });

  test('let the other user use the queues of this package, and publish to them', async () => {
    const [, { configure, write, read }] = (await initialized()).definitions.permissions;
    const queue = 'fruits-eat-0123456789';
    for (const name of [queue, ...Object.values(relatedQueues(queue)), 'a-0123456789']) {
      for (const pattern of [configure, write, read]) expect(name).toMatch(new RegExp(pattern));
    }
    // RabbitMQ's name of the default exchange in permissions.
    expect('amq.default').toMatch(new RegExp(write));
  });

  test.each([
    '',
    'fruits',
    'fruits-012345678',
    'fruits-0123456789.other',
    'fruits-0123456789xdead',
    'fruits-0123456789.dead.dead',
    'other.fruits-0123456789',
    'Fruits-0123456789',
    '-0123456789',
    'amq.gen-0123456789abcdef',
    'amq.topic',
    'amqxdefault',
  ])('keep it from all else: %j', async (name) => {
    const [, { configure, write, read }] = (await initialized()).definitions.permissions;
    for (const pattern of [configure, write, read]) expect(name).not.toMatch(new RegExp(pattern));
  });

  test('do not let the other user read the default exchange or declare one in its place', async () => {
    const [, { configure, read }] = (await initialized()).definitions.permissions;
    for (const pattern of [configure, read]) expect('amq.default').not.toMatch(new RegExp(pattern));
  });

  test.each(['\n', '\r\n'])('have passwords without a line end %j that an editor left', async (end) => {
    const node = newNode();
    node.mount('client', { username: `me${end}`, password: `pw ${end}` });
    node.mount('admin', { ...ADMIN, 'erlang-cookie': `${COOKIE}${end}` });
    expect(await node.init()).toMatchObject({ code: ExitCode.DONE });
    // A blank is part of it: it may be meant.
    expect(node.definitions.users[1]).toMatchObject({ name: 'me', password: 'pw ' });
    expect(node.text('.erlang.cookie')).toBe(COOKIE);
  });

  test('have a password as it is, whatever stands in it', async () => {
    const node = newNode();
    const password = '"\\\n$(HOME) ü€ %2F\t{}';
    node.mount('client', { username: 'me', password });
    expect(await node.init()).toMatchObject({ code: ExitCode.DONE });
    expect(node.definitions.users[1].password).toBe(password);
  });
});

describe('the home folder', () => {
  test('has a cookie and definitions that only the server can read, or Erlang would refuse the cookie', async () => {
    const node = await initialized();
    expect(node.text('.erlang.cookie')).toBe(COOKIE);
    for (const file of ['.erlang.cookie', 'definitions.json']) {
      expect(statSync(join(node.home, file)).mode & 0o777).toBe(0o400);
    }
  });

  test('may have been initialized before: a container starts more than once, and the Secrets may have changed', async () => {
    const node = await initialized();
    node.mount('client', { username: 'work-queue', password: 'another' });
    node.mount('admin', { ...ADMIN, 'erlang-cookie': `another-${COOKIE}` });
    expect(await node.init()).toMatchObject({ code: ExitCode.DONE });
    expect(node.definitions.users[1].password).toBe('another');
    expect(node.text('.erlang.cookie')).toBe(`another-${COOKIE}`);
    expect(statSync(join(node.home, '.erlang.cookie')).mode & 0o777).toBe(0o400);
  });
});

describe('former users', () => {
  const locked = (name: string) => ({ name, password_hash: '', tags: [] });
  const forbidden = (user: string) => ({ user, vhost: '/', configure: '', write: '', read: '' });

  test('are locked: without a password, tags and permissions', async () => {
    const node = await initialized();
    node.mount('client', { ...CLIENT, username: 'new' });
    node.mount('admin', { ...ADMIN, username: 'new-admin' });
    expect(await node.init()).toMatchObject({ code: ExitCode.DONE });
    const { users, permissions } = node.definitions;
    expect(users.map(({ name }: { name: string }) => name)).toEqual([
      'new-admin',
      'new',
      'work-queue-admin',
      'work-queue',
    ]);
    expect(users.slice(2)).toEqual([locked('work-queue-admin'), locked('work-queue')]);
    expect(permissions.slice(2)).toEqual([forbidden('work-queue-admin'), forbidden('work-queue')]);
  });

  test('are in the log, in quotes', async () => {
    const node = await initialized();
    node.mount('client', { ...CLIENT, username: 'new' });
    const { log, lastWords } = await node.init();
    expect(lastWords()).toBe(
      'the users work-queue-admin and new are ready for the server; former users are locked: "work-queue"',
    );
    expect(log).not.toContain(CLIENT.password);
  });

  test('are locked at each start, also if the server of a start before never ran', async () => {
    const node = newNode();
    for (const username of ['one', 'two', 'three']) {
      node.mount('client', { ...CLIENT, username });
      expect(await node.init()).toMatchObject({ code: ExitCode.DONE });
    }
    await node.init();
    expect(node.definitions.users.slice(2)).toEqual([locked('one'), locked('two')]);
  });

  test('are no longer former if a Secret has the name again', async () => {
    const node = await initialized();
    for (const username of ['new', CLIENT.username]) {
      node.mount('client', { ...CLIENT, username });
      await node.init();
    }
    expect(node.definitions.users).toEqual([
      { name: ADMIN.username, password: ADMIN.password, tags: ['administrator'] },
      { name: CLIENT.username, password: CLIENT.password, tags: [] },
      locked('new'),
    ]);
  });

  test('are recorded by name only', async () => {
    const node = await initialized();
    expect(JSON.parse(readFileSync(record(node), 'utf8'))).toEqual([ADMIN.username, CLIENT.username]);
    expect(statSync(record(node)).mode & 0o777).toBe(0o600);
  });

  test.each(['', '["work-queue"', '{}', '[1]'])(
    'cannot be locked if the record is damaged, but the node starts, says it and records anew: %j',
    async (content) => {
      const node = newNode();
      writeFileSync(record(node), content);
      const { code, log } = await node.init();
      expect(code).toBe(ExitCode.DONE);
      expect(log).toContain(`${record(node)} is damaged`);
      expect(node.definitions.users).toHaveLength(2);
      expect(JSON.parse(readFileSync(record(node), 'utf8'))).toEqual([ADMIN.username, CLIENT.username]);
    },
  );
});

describe('the log', () => {
  test('says which users are ready, and no password', async () => {
    const { log, lastWords } = await newNode().init();
    expect(lastWords()).toBe('the users work-queue-admin and work-queue are ready for the server');
    expect(log).toContain(lastWords());
    for (const secret of [CLIENT.password, ADMIN.password, ADMIN['erlang-cookie']]) expect(log).not.toContain(secret);
  });
});

describe('cannot be initialized', () => {
  test('with the same user twice, which would lose the rights of an administrator', async () => {
    const node = newNode();
    node.mount('client', { ...CLIENT, username: 'work-queue-admin\n' });
    const { code, log, lastWords } = await node.init();
    expect(code).toBe(ExitCode.TRY_AGAIN);
    expect(lastWords()).toBe(
      "the username of the credentials is work-queue-admin, which is the administrator's; give the Secret another username",
    );
    expect(log).not.toContain(CLIENT.password);
    expect(() => node.definitions).toThrow('ENOENT');
  });

  test.each([
    ['client', { ...CLIENT, password: '' }],
    ['client', { ...CLIENT, username: '\n' }],
    ['admin', { ...ADMIN, password: '' }],
  ] as const)('with an empty name or password in the Secret of the %s: %#', async (secret, keys) => {
    const node = newNode();
    node.mount(secret, keys);
    const { code, lastWords } = await node.init();
    expect(code).toBe(ExitCode.TRY_AGAIN);
    expect(lastWords()).toBe('a Secret of the broker has an empty username or password; give it both');
  });

  test.each(['', 'x', COOKIE.slice(1), `${COOKIE.slice(1)}\n`, 'x'.repeat(256)])(
    'with an Erlang cookie that others can guess, or that Erlang refuses: %j',
    async (cookie) => {
      const node = newNode();
      node.mount('admin', { ...ADMIN, 'erlang-cookie': cookie });
      const { code, log, lastWords } = await node.init();
      expect(code).toBe(ExitCode.TRY_AGAIN);
      expect(lastWords()).toBe(
        `the erlang-cookie in the administrator's Secret has ${cookie.trimEnd().length} characters; it must have 20 to 255`,
      );
      if (cookie.length > 1) expect(log).not.toContain(cookie.trimEnd());
      expect(() => node.text('.erlang.cookie')).toThrow('ENOENT');
      expect(() => node.definitions).toThrow('ENOENT');
    },
  );

  test.each([
    ['client', 'username', { password: 'client-pw' }],
    ['client', 'password', { username: 'work-queue' }],
    ['admin', 'username', { password: 'admin-pw', 'erlang-cookie': COOKIE }],
    ['admin', 'password', { username: 'work-queue-admin', 'erlang-cookie': COOKIE }],
    ['admin', 'erlang-cookie', { username: 'work-queue-admin', password: 'admin-pw' }],
  ] as const)('without the key that is missing in the Secret of the %s: %s', async (secret, key, keys) => {
    const node = newNode();
    node.mount(secret, keys);
    const { code, log, lastWords } = await node.init();
    expect(code).toBe(ExitCode.TRY_AGAIN);
    expect(lastWords()).toContain(`the Secret's key ${key} cannot be read: ENOENT`);
    expect(lastWords()).toContain(join(node.folder, secret, key));
    expect(log).not.toMatch(/-pw|the-cookie/);
    expect(() => node.text('.erlang.cookie')).toThrow('ENOENT');
  });

  test.each([EnvName.RABBITMQ_HOME, EnvName.RABBITMQ_DATA])('without %s', async (name) => {
    const { code, log } = await newNode().init({ [name]: '' });
    expect(code).toBe(ExitCode.TRY_AGAIN);
    expect(log).toContain(`the environment variable ${name} is not set`);
  });

  test('with a volume that cannot be written, because nobody would know later which users the node has created', async () => {
    const node = newNode();
    rmSync(node.data, { recursive: true });
    const { code, lastWords } = await node.init();
    expect(code).toBe(ExitCode.TRY_AGAIN);
    expect(lastWords()).toContain(`ENOENT: no such file or directory, open '${record(node)}.new'`);
    expect(() => node.definitions).toThrow('ENOENT');
  });
});
