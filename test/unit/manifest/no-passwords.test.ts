import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from 'cdk8s-plus-28';
import { type RabbitMQProps, Tls } from '../../../lib/index';
import { type Json, newChart, podSpecs, SynthesizedRun } from '../../../tools/synthesized-run';
import { APPS, synthesized } from '../../support/synthesized';

/** What there is of passwords in a manifest. The names of Secrets, and of folders and files for them, are none. */
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

/** Every text in a manifest; programs, which stand in it as base64, as what they are. */
function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  const files = Object.values(value.binaryData ?? {}) as string[];
  return [...Object.values(value).flatMap(textsOf), ...files.map((file) => Buffer.from(file, 'base64').toString())];
}

describe('no password stands in a manifest', () => {
  const issued = Tls.certManager({ name: 'ca' });
  test.each<[string, RabbitMQProps]>([
    ['a broker as it comes', {}],
    ['TLS', { tls: issued }],
    ['three nodes', { replicas: 3 }],
    ['all there is', { replicas: 5, tls: issued, plaintext: true, metrics: true, podMonitor: true }],
  ])('of %s', (_, broker) => {
    expect(secretsIn(new SynthesizedRun({ broker }).objects())).toEqual([]);
  });

  test('of credentials and a certificate of your own', () => {
    const chart = newChart();
    const own = (name: string) => Secret.fromSecretName(chart, name, name);
    const run = new SynthesizedRun(
      { broker: { credentials: own('my-user'), tls: Tls.fromSecret(own('my-tls')) } },
      chart,
    );
    expect(secretsIn(run.objects())).toEqual([]);
  });
});

describe('no password stands in the manifest of what we show', () => {
  const root = join(__dirname, '..', '..', '..');
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))];
  const blocks = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8');
    return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code], n): [string, string] => [`${page}, ${n}`, code]);
  });

  const apps = APPS.map((app): [string, string] => [app, readFileSync(join(root, app), 'utf8')]);

  test.each([...apps, ...blocks])('%s', (_, code) => {
    const objects = synthesized(code);
    expect(objects.map(({ kind }) => kind)).toContain('Job');
    expect(secretsIn(objects)).toEqual([]);
  });
});

describe('this test would see', () => {
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
    ['a password in a URL', variable('BROKER_URL', 'amqp://me:pw@mq:5672/'), 'amqp://me:pw@'],
    ['a variable', variable('ERLANG_COOKIE', 'abc'), 'ERLANG_COOKIE=abc'],
    ['a variable that looks like a file', variable('PASSWORD', '/abc'), 'PASSWORD=/abc'],
    ['a setting', (all) => all.push({ data: { conf: 'a = 1\ndefault_pass = x\n' } }), 'default_pass = x'],
    [
      'a password in base64',
      (all) => all.push({ binaryData: { 'a.js': Buffer.from('x="amqp://a:b@c"').toString('base64') } }),
      'amqp://a:b@',
    ],
  ])('%s', (_, change, found) => {
    expect(planted(change)).toEqual([found]);
  });
});
