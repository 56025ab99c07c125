/** For each type what to write in the place of a value that is not of the type. */
export const EXAMPLES: Readonly<Record<string, (value: unknown) => string>> = {
  string: (value) => (['number', 'boolean'].includes(typeof value) ? `'${value}'` : 'a string'),
  number: (value) => numberIn(value) ?? 'a number',
  boolean: () => 'true or false',
  Axis: () => "Axis.of('year', [2025, 2026])",
  Cpu: (value) => {
    const [, amount, milli] = /^(\d+)(m?)$/.exec(String(value)) ?? [];
    return amount === undefined ? 'Cpu.millis(500)' : `Cpu.${milli ? 'millis' : 'units'}(${amount})`;
  },
  Delivery: () => 'Delivery.courier(), Delivery.amqpConsume() or Delivery.none()',
  Duration: (value) => `Duration.seconds(${numberIn(value) ?? 60})`,
  EnvFrom: () => "an EnvFrom of ConfigMap.fromConfigMapName(chart, 'Settings', 'settings')",
  EnvValue: (value) => `EnvValue.fromValue('${['string', 'number'].includes(typeof value) ? value : 'value'}')`,
  IBroker: () => 'a broker, such as a RabbitMQ',
  IConfigMap: (value) => `ConfigMap.fromConfigMapName(chart, 'ConfigMap', ${nameIn(value)})`,
  ISecret: (value) => `Secret.fromSecretName(chart, 'Secret', ${nameIn(value)})`,
  IServiceAccount: (value) => `ServiceAccount.fromServiceAccountName(chart, 'Account', ${nameIn(value)})`,
  IWorkQueue: () => 'a queue, such as a QueueSeeder',
  Program: (value) => {
    const words = typeof value === 'string' ? value.trim().split(/\s+/) : ['cat'];
    return `Program.command(${words.map((word) => `'${word}'`).join(', ')})`;
  },
  Size: (value) => {
    const [, amount = '1', unit = 'Gi'] = /^(\d+)(Ki|Mi|Gi)$/.exec(String(value)) ?? [];
    return `Size.${SIZES[unit]}(${amount})`;
  },
  Topology: () => "Topology.ZONE, Topology.HOSTNAME, or Topology.custom('example.com/rack')",
  Tls: () => 'Tls.certManager with the name of an issuer, or Tls.fromSecret(secret)',
  Trust: () => 'Trust.fromSecret(secret), or Trust.publicAuthorities()',
  Volume: () => "a volume, such as Volume.fromEmptyDir(chart, 'Volume', 'scratch')",
  WorkItems: (value) => `WorkItems.list(${Array.isArray(value) ? '[…]' : "['a', 'b']"})`,
};

const SIZES: Readonly<Record<string, string>> = { Ki: 'kibibytes', Mi: 'mebibytes', Gi: 'gibibytes' };

/** Returns the number that a value is, or that a string contains. */
function numberIn(value: unknown): string | undefined {
  return /^-?\d+(\.\d+)?$/.test(String(value)) ? String(value) : undefined;
}

function nameIn(value: unknown): string {
  return `'${typeof value === 'string' ? value : 'name'}'`;
}
