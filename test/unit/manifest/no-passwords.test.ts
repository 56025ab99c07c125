import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from 'cdk8s-plus-28';
import { EnvName } from '../../../lib/contract/environment';
import { type RabbitMQProps, Tls } from '../../../lib/index';
import { type Json, newChart, podSpecs, SynthesizedRun } from '../../../tools/synthesized-run';
import { PAGES } from '../../support/pages';
import { APPS, synthesized } from '../../support/synthesized';

/** The passwords in a manifest. The names of Secrets, and of folders and files for them, are not passwords. */
function secretsIn(objects: Json[]): string[] {
  const texts = textsOf(objects);
  const podSpec = podSpecs(objects);
  const secretNames = podSpec.flatMap(({ volumes = [] }) => volumes.map(({ secret }: Json) => secret?.secretName));
  const isName = ({ name, value }: Json) =>
    (/_(DIR|FILE)$/.test(name) && value.startsWith('/')) || secretNames.includes(value);
  const variables = podSpec
    .flatMap(({ initContainers = [], containers }) => [...initContainers, ...containers])
    .flatMap(({ env = [] }) => env)
    .filter(({ name, value }) => value && /PASS|PWD|SECRET|COOKIE|TOKEN|CREDENTIAL|KEY/i.test(name))
    .filter((variable) => !isName(variable));
  return [
    ...objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => `Secret ${metadata.name}`),
    ...texts.flatMap((text) => text.match(/\b[a-z]{2,9}:\/\/[^\s"'`/@]{0,200}:[^\s"'`/@]{0,200}@/g) ?? []),
    ...texts.flatMap((text) => text.match(/^default_(user|pass)\b.*/gm) ?? []),
    ...texts.flatMap((text) => text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----/g) ?? []),
    ...variables.map(({ name, value }) => `${name}=${value}`),
  ];
}

/** Every string in a manifest. Programs, which are in base64, are decoded. */
function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  const files = Object.values(value.binaryData ?? {}) as string[];
  return [...Object.values(value).flatMap(textsOf), ...files.map((file) => Buffer.from(file, 'base64').toString())];
}

describe('passwords in a manifest', () => {
  const issued = Tls.certManager({ name: 'ca' });
  test.each<[string, RabbitMQProps]>([
    ['a broker with the defaults', {}],
    ['TLS', { tls: issued }],
    ['three nodes', { replicas: 3 }],
    ['all options', { replicas: 5, tls: issued, plaintext: true, metrics: true, podMonitor: true }],
  ])('no manifest contains a password: %s', (_, broker) => {
    expect(secretsIn(new SynthesizedRun({ broker }).objects())).toEqual([]);
  });

  test('no manifest contains a password: given credentials and a given certificate', () => {
    const chart = newChart();
    const secret = (name: string) => Secret.fromSecretName(chart, name, name);
    const run = new SynthesizedRun(
      { broker: { credentials: secret('my-user'), tls: Tls.fromSecret(secret('my-tls')) } },
      chart,
    );
    expect(secretsIn(run.objects())).toEqual([]);
  });
});

describe('passwords in the documented code', () => {
  const root = join(__dirname, '..', '..', '..');
  const blocks = PAGES.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code], n): [string, string] => [`${page}, ${n}`, code]);
  });

  const apps = APPS.map((app): [string, string] => [app, readFileSync(join(root, app), 'utf8')]);

  test.each([...apps, ...blocks])('no manifest of the documented code contains a password: %s', (_, code) => {
    const objects = synthesized(code);
    expect(objects.map(({ kind }) => kind)).toContain('Job');
    expect(secretsIn(objects)).toEqual([]);
  });
});

describe('secretsIn', () => {
  const planted = (change: (objects: Json[]) => void) => {
    const objects = structuredClone(new SynthesizedRun().objects());
    change(objects);
    return secretsIn(objects);
  };
  const variable = (name: string, value: string) => (objects: Json[]) =>
    podSpecs(objects)
      .find(({ initContainers }) => initContainers)
      .initContainers[0].env.push({ name, value });

  test.each<[string, (objects: Json[]) => void, string]>([
    ['a Secret', (all) => all.push({ kind: 'Secret', metadata: { name: 'mine' } }), 'Secret mine'],
    ['a password in a URL', variable(EnvName.BROKER_URL, 'amqp://me:pw@mq:5672/'), 'amqp://me:pw@'],
    ['a variable', variable('ERLANG_COOKIE', 'abc'), 'ERLANG_COOKIE=abc'],
    ['a variable that looks like a file', variable('PASSWORD', '/abc'), 'PASSWORD=/abc'],
    ['a setting', (all) => all.push({ data: { conf: 'a = 1\ndefault_pass = x\n' } }), 'default_pass = x'],
    [
      'a password in base64',
      (all) => all.push({ binaryData: { 'a.js': Buffer.from('x="amqp://a:b@c"').toString('base64') } }),
      'amqp://a:b@',
    ],
  ])('this test finds %s', (_, change, found) => {
    expect(planted(change)).toEqual([found]);
  });
});
