import { type ApiObjectMetadata, Duration, Lazy, Size } from 'cdk8s';
import { Cpu, EnvValue, ImagePullPolicy, Secret, Volume } from 'cdk8s-plus-28';
import {
  CoarseWorkerJob,
  type CoarseWorkerJobProps,
  IssuerKind,
  Network,
  Program,
  QueueSeeder,
  QueueType,
  RabbitMQ,
  Tls,
  Trust,
  WorkerPool,
  WorkItems,
} from '../../../lib/index';
import { ENUMS, OBJECTS, STRUCTS } from '../../../lib/validation/prop-types';
import { requireType } from '../../../lib/validation/props';
import { newChart, SynthesizedRun } from '../../../tools/synthesized-run';

/** What passes a struct of this package on, for each struct. What it gets is not typed, as in JavaScript. */
// biome-ignore lint/suspicious/noExplicitAny: the tests pass what no type allows
const ENTRIES: Record<string, (props: any) => unknown> = {
  BigKeyRangesProps: (props) => WorkItems.bigKeyRanges(props),
  BrokerConnection: (connection) => {
    const { chart, broker, queue } = new SynthesizedRun();
    const other = new Proxy(broker, { get: (of, key) => (key === 'connection' ? connection : Reflect.get(of, key)) });
    const of = new Proxy(queue, { get: (on, key) => (key === 'broker' ? other : Reflect.get(on, key)) });
    return new CoarseWorkerJob(chart, 'x', { queue: of, image: 'x:1', program: Program.command('cat') });
  },
  CertManagerIssuer: (issuer) => Tls.certManager(issuer),
  ClusterOperatorOptions: (options) => RabbitMQ.fromClusterOperator(newChart(), 'x', 'x', options),
  CoarseWorkerJobProps: (props) => new CoarseWorkerJob(newChart(), 'x', props),
  CsvOptions: (options) => WorkItems.csv('examples/fruits.csv', options),
  ExistingRabbitMQProps: (props) => RabbitMQ.fromExisting(newChart(), 'x', props),
  FilesOptions: (options) => WorkItems.files('*', options),
  JsonOptions: (options) => WorkItems.json('examples/fruits.json', options),
  KeyRangesProps: (props) => WorkItems.keyRanges(props),
  LinesOptions: (options) => WorkItems.lines('examples/fruits.txt', options),
  QueueSeederProps: (props) => new QueueSeeder(newChart(), 'x', props),
  RabbitMQProps: (props) => new RabbitMQ(newChart(), 'x', props),
  RangeOptions: (options) => WorkItems.range(1, 2, options),
  ScriptOptions: (options) => Program.script('examples/worker.py', options),
  WorkerPoolProps: (props) => new WorkerPool(newChart(), 'x', props),
  WorkerNeeds: (needs) => new SynthesizedRun().queue.attachWorker(needs),
  WorkItemsOptions: (options) => WorkItems.list(['a'], options),
};

/** Structs of cdk8s and cdk8s-plus, which are properties of those above, and one that others extend. */
const PARTS = [
  ...[
    'ApiObjectMetadata',
    'ContainerResources',
    'ContainerSecurityContextProps',
    'ContainerSecutiryContextCapabilities',
  ],
  ...['CpuResources', 'DnsOption', 'EphemeralStorageResources', 'HostAlias', 'MemoryResources', 'OwnerReference'],
  ...['WorkerJobProps', 'PodDnsProps', 'PodSecurityContextProps', 'SeccompProfile', 'Sysctl', 'TopologySpread'],
  'VolumeMount',
];

const structs: Record<string, Record<string, string>> = STRUCTS;

const WRONG: readonly unknown[] = [
  5,
  'wrong',
  true,
  null,
  () => 0,
  [],
  [5],
  [undefined],
  {},
  { a: 5 },
  { a: undefined },
];

/** Whether a wrong value is right for a type, by another way than that of the library. */
function fits(type: string, value: unknown): boolean {
  if (type.endsWith('[]')) return Array.isArray(value) && value.every((element) => fits(type.slice(0, -2), element));
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type.endsWith('{}')) return isObject && Object.values(value).every((element) => fits(type.slice(0, -2), element));
  if (structs[type]) {
    const mayBeEmpty = Object.entries(structs[type]).every(([key, of]) => key === '*' || of.endsWith('?'));
    return isObject && mayBeEmpty && (Object.values(value).every((one) => one === undefined) || '*' in structs[type]);
  }
  return typeof value === type;
}

test('every exported struct has an entry', () => {
  expect([...Object.keys(ENTRIES), ...PARTS].sort()).toEqual(Object.keys(STRUCTS).sort());
});

describe.each(Object.entries(structs))('%s', (struct, types) => {
  const pass = ENTRIES[struct] ?? ((value: unknown) => requireType('Context', 'part', struct, value));

  test.each(Object.entries(types).filter(([key]) => key !== '*'))(
    'each wrong type of `%s` is an error',
    (key, notation) => {
      const type = notation.replace('?', '');
      const wrong = WRONG.filter((value) => !fits(type, value));
      expect(wrong.length).toBeGreaterThan(5);
      for (const value of wrong) {
        expect(() => pass({ [key]: value })).toThrow(
          new RegExp(
            `^\\S.*: (part\\.)?${key}[^ ]* (is .*; it must be (an?|one of) |is set, but \\w+ has no property).*\\. \\w.*\\.$`,
          ),
        );
      }
    },
  );

  test('an unknown property is an error with the known ones, and one that is undefined is not', () => {
    if (types['*']) return expect(() => pass({ whatever: 1 })).not.toThrow();
    const [known] = Object.keys(types);
    const typo = `${known}x`;
    expect(() => pass({ [typo]: 1 })).toThrow(
      new RegExp(`: (part\\.)?${typo} is set, but ${struct} has no property "${typo}"\\. Use ${known}, or omit it\\.`),
    );
    expect(() => requireType('Context', 'part', `${struct}?`, { [typo]: undefined })).not.toThrow(/has no property/);
  });

  test('a missing property is an error that names it', () => {
    const [required] = Object.entries(types).find(([key, type]) => key !== '*' && !type.endsWith('?')) ?? [];
    if (required) expect(() => pass({})).toThrow(new RegExp(`${required} is undefined; it must be`));
    else expect(() => requireType('Context', 'part', struct, {})).not.toThrow();
  });

  test.each([null, 5, 'x', []])('%j instead of the properties is an error', (value) => {
    expect(() => pass(value)).toThrow(
      /(props|part|issuer|connection) is .*; it must be an object of type \w+\. Its properties are \w/,
    );
  });
});

describe('the error says what to write', () => {
  const worker = (props: object) => () => new SynthesizedRun({ worker: props as Partial<CoarseWorkerJobProps> });
  const broker = (props: object) => () => new SynthesizedRun({ broker: props });
  const seeder = (props: object) => () => new SynthesizedRun({ seeder: props });
  test.each<[string, () => unknown, string]>([
    [
      'itemTimeout: 60',
      worker({ itemTimeout: 60 }),
      "CoarseWorkerJob 'test/eat': itemTimeout is 60; it must be a Duration. Write Duration.seconds(60).",
    ],
    [
      "FOO: 'bar'",
      worker({ envVariables: { FOO: 'bar' } }),
      `envVariables.FOO is "bar"; it must be an EnvValue. Write EnvValue.fromValue('bar').`,
    ],
    [
      "FOO: { value: 'bar' }",
      worker({ envVariables: { FOO: { value: 'bar' } } }),
      'envVariables.FOO is an object with value; it must be an EnvValue.',
    ],
    [
      "network: 'Open'",
      worker({ network: 'Open' }),
      'network is "Open"; it must be one of Network.RESTRICTED, Network.OPEN. Write Network.OPEN.',
    ],
    [
      'limits',
      worker({ resources: { limits: { cpu: '1' } } }),
      'resources.limits is set, but ContainerResources has no property "limits". Use ',
    ],
    [
      'memory.requests',
      worker({ resources: { memory: { requests: 1 } } }),
      'resources.memory.requests is set, but MemoryResources has no property "requests". Use request, or omit it. The properties are limit, request.',
    ],
    [
      "cpu: '500m'",
      worker({ resources: { cpu: { limit: '500m' } } }),
      'resources.cpu.limit is "500m"; it must be a Cpu. Write Cpu.millis(500).',
    ],
    [
      'paralelism',
      worker({ paralelism: 3 }),
      'paralelism is set, but CoarseWorkerJobProps has no property "paralelism". Use parallelism, or omit it.',
    ],
    [
      "program: 'echo'",
      worker({ program: 'echo a' }),
      `program is "echo a"; it must be a Program. Write Program.command('echo', 'a').`,
    ],
    [
      'queue: undefined',
      worker({ queue: undefined }),
      "CoarseWorkerJob 'test/eat': queue is undefined; it must be an IWorkQueue. Write a queue, such as a QueueSeeder.",
    ],
    [
      'mount',
      worker({ volumeMounts: [{ path: '/x', volume: 'data' }] }),
      'volumeMounts[0].volume is "data"; it must be a Volume.',
    ],
    [
      "items: ['a']",
      seeder({ items: ['a'] }),
      "QueueSeeder 'test/fruits': items is an array; it must be a WorkItems. Write WorkItems.list([…]).",
    ],
    [
      'broker: undefined',
      seeder({ broker: undefined }),
      'broker is undefined; it must be an IBroker. Write a broker, such as a RabbitMQ.',
    ],
    [
      "queueType: 'Classic'",
      seeder({ queueType: 'Classic' }),
      'queueType is "Classic"; it must be one of QueueType.QUORUM, QueueType.CLASSIC. Write QueueType.CLASSIC.',
    ],
    [
      "storage: '5Gi'",
      broker({ storage: '5Gi' }),
      `RabbitMQ 'test/rabbitmq': storage is "5Gi"; it must be a Size. Write Size.gibibytes(5).`,
    ],
    ['tls: true', broker({ tls: true }), 'tls is true; it must be a Tls. Write Tls.certManager with '],
    ["metrics: 'true'", broker({ metrics: 'true' }), 'metrics is "true"; it must be a boolean. Write true or false.'],
    ['replicas: Duration', broker({ replicas: Duration.seconds(3) }), 'replicas is a Duration; it must be a number.'],
    [
      "secret: 'mq'",
      () => RabbitMQ.fromExisting(newChart(), 'mq', { secret: 'mq' } as never),
      `RabbitMQ.fromExisting 'test/mq': secret is "mq"; it must be an ISecret. Write Secret.fromSecretName(chart, 'Secret', 'mq').`,
    ],
    [
      'no props',
      () => new CoarseWorkerJob(newChart(), 'eat', undefined as never),
      "CoarseWorkerJob 'test/eat': props is undefined; it must be an object of type CoarseWorkerJobProps.",
    ],
  ])('for %s', (_, create, message) => {
    expect(create).toThrow(message);
  });
});

describe('an argument of a wrong type is an error', () => {
  const wrong = 5 as never;
  test.each<[string, () => unknown]>([
    ['WorkItems.lines', () => WorkItems.lines(wrong)],
    ['WorkItems.json', () => WorkItems.json(wrong)],
    ['WorkItems.csv', () => WorkItems.csv(wrong)],
    ['WorkItems.files', () => WorkItems.files(wrong)],
    ['WorkItems.concat', () => WorkItems.list(['a']).concat(['b'] as never)],
    ['Program.script', () => Program.script(wrong)],
    ['Tls.fromSecret', () => Tls.fromSecret('x' as never)],
    ['Trust.fromSecret', () => Trust.fromSecret('x' as never)],
    ['Trust.fromConfigMap', () => Trust.fromConfigMap('x' as never)],
  ])('%s', (_, call) => {
    expect(call).toThrow(/: \w+(\[0\])? is (5|an array|"\w"); it must be an? \w+\. Write /);
  });
});

describe('what may be of another copy of a package, or of another language', () => {
  test('objects of a class with the same name are accepted, as another copy of cdk8s has them', () => {
    class Duration {
      readonly toMilliseconds = () => 60_000;
      readonly toSeconds = () => 60;
    }
    const itemTimeout = new Duration() as unknown as CoarseWorkerJobProps['itemTimeout'];
    expect(() => new SynthesizedRun({ worker: { itemTimeout } })).not.toThrow();
  });

  test('objects with the same members are accepted, as jsii and bundlers have them', () => {
    const of = Size.gibibytes(2);
    const members = Object.fromEntries(
      OBJECTS.Size.map((name) => [name, (...args: []) => of[name as 'asString'](...args)]),
    );
    expect(() => new SynthesizedRun({ broker: { storage: members as unknown as Size } })).not.toThrow();
  });

  test('values that cdk8s resolves at synth are accepted', () => {
    const workingDir = Lazy.any({ produce: () => '/tmp' }) as unknown as string;
    expect(() => new SynthesizedRun({ worker: { workingDir } })).not.toThrow();
  });

  test('each class and each enum is accepted as it is', () => {
    const chart = newChart();
    const secret = Secret.fromSecretName(chart, 'Secret', 'x');
    const run = () =>
      new SynthesizedRun({
        broker: {
          credentials: secret,
          network: Network.OPEN,
          tls: Tls.certManager({ name: 'x', kind: IssuerKind.ISSUER }),
        },
        seeder: { queueType: QueueType.CLASSIC },
        worker: {
          envVariables: { A: EnvValue.fromSecretValue({ secret, key: 'a' }) },
          imagePullPolicy: ImagePullPolicy.ALWAYS,
          resources: { cpu: { limit: Cpu.millis(5) } },
          volumeMounts: [{ path: '/x', volume: Volume.fromEmptyDir(chart, 'Volume', 'x') }],
        },
      });
    expect(run).not.toThrow();
    expect(Object.keys(ENUMS)).toContain('Network');
  });
});

describe('a number of a property of any type', () => {
  const podMetadata = (more: object) => () =>
    new SynthesizedRun({ worker: { podMetadata: more as ApiObjectMetadata } });

  test.each<[string, object, string]>([
    ['a property', { generation: 2 ** 53 }, 'podMetadata.generation is or contains 9007199254740992, which is beyond'],
    [
      'a list',
      { managedFields: [{ x: [-(2 ** 60)] }] },
      'podMetadata.managedFields is or contains -1152921504606847000',
    ],
  ])('a number beyond 2^53 in %s is an error', (_, more, message) => {
    expect(podMetadata(more)).toThrow(`CoarseWorkerJob 'test/eat': ${message}`);
  });

  test('smaller numbers, values that cdk8s resolves at synth, and what contains itself are accepted', () => {
    const around: unknown[] = [];
    around.push(around);
    const later = Lazy.any({ produce: () => 1 });
    expect(podMetadata({ generation: 2 ** 53 - 1, x: later, y: [undefined, null, 0.5], z: around })).not.toThrow();
  });
});

describe('null in a map', () => {
  const nothing = { a: null } as never;
  const secret = () => Secret.fromSecretName(newChart(), 'Secret', 'x');
  const ofBroker = (clientLabels: never) => {
    const { chart, broker } = new SynthesizedRun();
    const other = new Proxy(broker, {
      get: (of, key) => (key === 'clientLabels' ? clientLabels : Reflect.get(of, key)),
    });
    return new QueueSeeder(chart, 'x', { broker: other, items: WorkItems.list(['a']) });
  };
  test.each<[string, () => unknown]>([
    ['envVariables', () => new SynthesizedRun({ worker: { envVariables: nothing } })],
    ['config', () => new SynthesizedRun({ broker: { config: nothing } })],
    ['podMetadata.labels', () => new SynthesizedRun({ worker: { podMetadata: { labels: nothing } } })],
    ['clientLabels', () => ofBroker(nothing)],
    ['clientLabels', () => RabbitMQ.fromExisting(newChart(), 'x', { secret: secret(), clientLabels: nothing })],
    ['podMetadata.annotations', () => new SynthesizedRun({ worker: { podMetadata: { annotations: nothing } } })],
  ])('null in %s is an error', (name, create) => {
    expect(create).toThrow(`: ${name}.a is null; it must be a`);
  });
});

test.each<[unknown, string]>([
  [undefined, 'envVariables sets FOO to nothing. Give it one, such as EnvValue.fromValue'],
  [5, "envVariables sets FOO to 5, which is not a string. Write EnvValue.fromValue('5')."],
])('EnvValue.fromValue(%j) is an error', (value, message) => {
  const envVariables = { FOO: EnvValue.fromValue(value as string) };
  expect(() => new SynthesizedRun({ worker: { envVariables } })).toThrow(message);
});
