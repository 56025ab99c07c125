import { Yaml } from 'cdk8s';
import { relatedQueues } from '../../lib/contract/queues';
import { kill, node, processesOf, revive } from '../../tools/cluster/faults';
import { askKubectl } from '../../tools/cluster/kubectl';
import type { Namespace } from '../../tools/cluster/namespace';
import { until } from '../../tools/until';
import type { ForeignClient } from './foreign-client';
import type { LedgerFile } from './ledger-file';
import {
  commandLine,
  dropPackets,
  isConnected,
  moveClock,
  newProcesses,
  pause,
  processesNamed,
  processesWith,
} from './machine';
import { pick } from './random';
import type { Fault, FaultKind } from './schedule';
import type { Target, Targets } from './targets';

export interface World {
  readonly namespace: Namespace;
  readonly ledger: LedgerFile;
  readonly client: ForeignClient;
  readonly targets: Targets;
}

/** A fault that lasts: what ends it, to be called after so many milliseconds. */
export interface Lasting {
  readonly milliseconds: number;
  readonly end: () => unknown;
}

/** What a fault has come to: it is there and lasts, or it is over, or there was nothing that it could meet. */
export type Outcome = Lasting | 'over' | 'nothing there';

type Inflict = (world: World, fault: Fault) => Promise<Outcome>;

/** Those that stop everything: only one is there at a time, and any pod may fail. */
export const HEAVY: readonly FaultKind[] = [
  'broker killed',
  'broker paused',
  'broker deleted',
  'broker out of memory',
  'node cut off',
  'node crashed',
  'API server paused',
  'clock moved',
];

const AMQP = 5672;
const NODES = 3;
/** The longest that it takes to remove a policy: the broker, its node or the API server may be away. */
const MENDING_SECONDS = 900;
const SEEDER = '/seeder.js';
/** The longest that one waits for a program to begin or to end. */
const PATIENCE = 2000;
/** The longest that one waits for a seeder to begin, and then for its connection. */
const SEEDER_PATIENCE = 8000;
/** An ack, the verdict and the closing of a connection follow the end of a program within these milliseconds. */
const NARROW = 50;
/** A seeder declares its queues and fills them within these milliseconds after it has a connection. */
const SEEDING = 400;

export const INFLICT: Readonly<Record<FaultKind, Inflict>> = {
  'program fails': order('exit 3'),
  'program hangs': order('sleep 100000'),
  'program terminates process 1': order('kill -TERM 1; sleep 100000'),
  'program out of memory': order('hog=$(head -c 400000000 /dev/zero | tr "\\0" x)'),
  'program killed': toProgram(
    blamed(({ containers }) =>
      killAll(processesWith(containers.worker, (line) => line.includes('/ledger/') && !/(shim|runner)\.sh/.test(line))),
    ),
  ),
  'shim killed': toWorker(blamed(({ containers }) => killAll(processesOf(containers.worker)))),
  'courier killed': toWorker(killCourier),
  'courier killed when a program ends': at('end'),
  'courier killed when a program starts': at('start'),
  'pod deleted': toWorker(({ pod }, world) => remove(world, pod)),
  'pod deleted without grace': toWorker(({ pod }, world) => remove(world, pod, '--grace-period=0', '--force')),
  'network dropped between pod and broker': toWorker(({ containers }, _, { size }) => {
    const [process] = processesOf(containers.courier);
    const end = process && dropPackets(process, AMQP);
    return end ? { milliseconds: 500 + size * 20_000, end } : 'nothing there';
  }),
  'broker killed': toBroker(({ containers }) => killAll(processesOf(containers.rabbitmq))),
  'broker paused': toBroker(({ containers }, _, { size }) => {
    const processes = processesOf(containers.rabbitmq);
    if (processes.length === 0) return 'nothing there';
    return { milliseconds: 500 + size * 20_000, end: pause(processes) };
  }),
  'broker deleted': toBroker(({ pod }, world, { size }) =>
    remove(world, pod, ...(size < 0.5 ? ['--grace-period=0', '--force'] : [])),
  ),
  'broker out of memory': toBroker(async ({ pod }, world, { size }) => {
    const watermark = async (limit: string) =>
      (await rabbitmqctl(world, pod, 'set_vm_memory_high_watermark', 'absolute', limit)).status === 0;
    if (!(await watermark('1MB'))) return 'nothing there';
    return { milliseconds: 1000 + size * 10_000, end: () => watermark('400MB') };
  }),
  'node cut off': toNode((number, size) => {
    node('cut', number);
    return { milliseconds: 1000 + size * 15_000, end: () => node('mend', number) };
  }),
  'node crashed': toNode((number, size) => {
    node('crash', number);
    return { milliseconds: 3000 + size * 20_000, end: () => revive(number) };
  }),
  'seeder killed': async (world, fault) => {
    const [outcome] = await Promise.all([killSeeder(fault.size), seedAgain(world, fault)]);
    return outcome;
  },
  'seeder run again': seedAgain,
  'mark held by another client': async (world, fault) => {
    const [outcome] = await Promise.all([hold('seeded')(world, fault), seedAgain(world, fault)]);
    return outcome;
  },
  'dead letters held by another client': hold('dead'),
  'dead letters refused because of a policy': refuse(String.raw`[0-9a-f]{10}\.dead$`),
  'items refused because of a policy': refuse('[0-9a-f]{10}$'),
  'API server paused': async () => ({ milliseconds: 60_000, end: pause(processesNamed('kube-apiserver')) }),
  'clock moved': async (_, { target, size }) => {
    const seconds = (target < 0.5 ? -1 : 1) * (1 + Math.round(size * 59));
    if (!moveClock(seconds)) return 'nothing there';
    return { milliseconds: 5000, end: () => moveClock(-seconds) };
  },
};

/** Kills the next seeder that comes, some milliseconds after it has connected to its broker. */
export async function killSeeder(size: number): Promise<Outcome> {
  const known = new Set<number>();
  newProcesses(SEEDER, known);
  const seeder = await soon(() => newProcesses(SEEDER, known)[0], SEEDER_PATIENCE);
  if (!seeder || !(await soon(() => isConnected(seeder, AMQP), SEEDER_PATIENCE))) return 'nothing there';
  await wait(size * SEEDING);
  return commandLine(seeder) === '' ? 'nothing there' : killAll([seeder]);
}

/** A second Job that is the same but for its name. */
async function seedAgain({ namespace, targets }: World, { target, size }: Fault): Promise<Outcome> {
  const run = pick([...targets.runs], target);
  if (!run) return 'nothing there';
  const seeder = structuredClone(run.seederJob());
  seeder.spec.ttlSecondsAfterFinished = 5;
  seeder.metadata.name += `-${Math.floor(size * 1e9).toString(36)}`;
  const where = ['--namespace', namespace.name, '--request-timeout=10s'];
  const { status } = await askKubectl([...where, 'apply', '--filename', '-'], Yaml.stringify(seeder));
  return status === 0 ? 'over' : 'nothing there';
}

/** A client consumes a queue of a run for a while, and settles nothing. */
function hold(which: 'seeded' | 'dead'): Inflict {
  return async ({ client, targets }, { target, size }) => {
    const run = pick([...targets.runs], target);
    if (!run) return 'nothing there';
    const milliseconds = 1000 + size * 15_000;
    const held = client.hold(run, relatedQueues(run.queue.queueName)[which], milliseconds).catch(() => false);
    // A queue that is not there yet is refused at once.
    if ((await Promise.race([held, wait(1000)])) === false) return 'nothing there';
    return { milliseconds, end: () => held };
  };
}

function rabbitmqctl({ namespace }: World, pod: string, ...args: string[]) {
  const where = ['--namespace', namespace.name, 'exec', pod, '--container', 'rabbitmq', '--'];
  return askKubectl([...where, 'rabbitmqctl', '--quiet', ...args]);
}

/** A policy of the broker with which queues refuse messages once they hold one, for a while. */
function refuse(pattern: string): Inflict {
  return toBroker(async ({ pod }, world, { size }) => {
    const name = `refuse-${Math.floor(size * 1e9)}`;
    const definition = JSON.stringify({ 'max-length': 0, overflow: 'reject-publish' });
    const { status } = await rabbitmqctl(world, pod, 'set_policy', '--apply-to', 'queues', name, pattern, definition);
    if (status !== 0) return 'nothing there';
    // The broker keeps it, whatever happens to it meanwhile.
    const isGone = async () => {
      await rabbitmqctl(world, pod, 'clear_policy', name);
      const list = await rabbitmqctl(world, pod, 'list_policies');
      return list.status === 0 && !list.stdout.includes(name);
    };
    return {
      milliseconds: 1000 + size * 15_000,
      end: () => until(`no policy ${name}`, isGone, { seconds: MENDING_SECONDS }),
    };
  });
}

type Hit = (target: Target, world: World, fault: Fault) => Outcome | Promise<Outcome>;

/** To one of these pods, if that container of it runs. */
function toPod(among: (targets: Targets) => Target[], container: string, hit: Hit): Inflict {
  return async (world, fault) => {
    const target = pick(among(world.targets), fault.target);
    return target && container in target.containers ? hit(target, world, fault) : 'nothing there';
  };
}

/** What a pod survives. */
function toProgram(hit: Hit): Inflict {
  return toPod(({ workers }) => workers, 'worker', hit);
}

/** What a pod likely does not survive. */
function toWorker(hit: Hit): Inflict {
  return toPod(
    ({ workersToLose }) => workersToLose,
    'worker',
    async (target, world, fault) => {
      const outcome = await hit(target, world, fault);
      if (outcome !== 'nothing there') world.targets.hit([target]);
      return outcome;
    },
  );
}

/** What may cost an item an attempt. */
function blamed(hit: Hit): Hit {
  return (target, world, fault) => {
    world.ledger.blame(target.pod);
    return hit(target, world, fault);
  };
}

function toBroker(hit: Hit): Inflict {
  return toPod(({ brokers }) => brokers, 'rabbitmq', hit);
}

function toNode(hit: (number: number, size: number) => Lasting): Inflict {
  return async (_, { target, size }) => hit(1 + Math.floor(target * NODES), size);
}

function order(line: string): Inflict {
  return async ({ ledger }) => ((await ledger.order(line, PATIENCE)) ? 'over' : 'nothing there');
}

/** Kills the courier of a pod some milliseconds after the next program in it begins or ends. */
function at(what: 'start' | 'end'): Inflict {
  return toWorker(async (target, { ledger }, { size }) => {
    const processes = processesOf(target.containers.courier);
    if (!(await ledger.next(what, target.pod, PATIENCE))) return 'nothing there';
    await wait(size * NARROW);
    return killAll(processes.filter((id) => commandLine(id) !== ''));
  });
}

function killCourier({ containers }: Target): Outcome {
  return killAll(processesOf(containers.courier));
}

function killAll(processes: readonly number[]): Outcome {
  for (const id of processes) kill(id, 'SIGKILL');
  return processes.length > 0 ? 'over' : 'nothing there';
}

async function remove({ namespace }: World, pod: string, ...how: string[]): Promise<Outcome> {
  const where = ['--namespace', namespace.name, '--request-timeout=10s', 'delete', 'pod', pod, '--wait=false'];
  const { status } = await askKubectl([...where, ...how]);
  return status === 0 ? 'over' : 'nothing there';
}

/** Looks often, for what comes and is gone within milliseconds. */
async function soon<T>(look: () => T | undefined, milliseconds: number): Promise<T | undefined> {
  for (const end = performance.now() + milliseconds; performance.now() < end; await wait(5)) {
    const found = look();
    if (found) return found;
  }
  return undefined;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
