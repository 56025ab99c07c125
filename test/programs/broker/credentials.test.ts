import { AdminSecretKey, CredentialFile } from '../../../lib/contract/broker-secrets';
import { ExitCode } from '../../../lib/contract/exit-codes';
import { Label, MANAGED_BY } from '../../../lib/contract/labels';
import { createSecrets } from '../../../lib/programs/broker/credentials';
import { adminSecret, clientSecret } from '../../../lib/programs/broker/new-secrets';
import { FakeApiServer } from '../../../tools/programs/api-server';

const LABELS = { [Label.CHART]: 'fruits' };

describe('the Secrets', () => {
  let api: FakeApiServer;
  const existing = new Set<string>();
  const create = (...secrets: Parameters<typeof createSecrets>[0]) =>
    createSecrets(secrets, api.address, new AbortController().signal);

  beforeEach(async () => {
    existing.clear();
    api = new FakeApiServer(({ body }) => {
      const { name } = JSON.parse(body).metadata;
      const status = existing.has(name) ? 409 : 201;
      existing.add(name);
      return { status, body: { message: `status ${status}` } };
    });
    await api.start();
  });
  afterEach(() => api.stop());

  test('are created with the token of the service account, in its namespace, and none is read', async () => {
    const status = await create(clientSecret('c', LABELS), adminSecret('a', LABELS));
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
    existing.add('a');
    expect(await create(clientSecret('c', LABELS), adminSecret('a', LABELS))).toEqual({
      code: ExitCode.DONE,
      message: 'Secret c created; Secret a already exists and was not changed',
    });
  });

  test('are tried again after an error of the API server', async () => {
    api.faults.push(503);
    expect(await create(adminSecret('a', LABELS))).toEqual({ code: ExitCode.DONE, message: 'Secret a created' });
    expect(api.calls).toHaveLength(2);
  });
});
