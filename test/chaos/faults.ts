import { Yaml } from 'cdk8s';
import { ContainerName } from '../../lib/contract/containers';
import { EnvName } from '../../lib/contract/environment';
import { relatedQueues } from '../../lib/contract/queues';
import { QueueType } from '../../lib/index';
import { kill, node, processesOf, revive } from '../../tools/cluster/faults';
import { askKubectl } from '../../tools/cluster/kubectl';
import type { Namespace } from '../../tools/cluster/namespace';
import { type AnySynthesizedRun, env, type Json } from '../../tools/synthesized-run';
import { until } from '../../tools/until';
import type { ForeignClient } from './foreign-client';
import type { JournalFile } from './journal-file';
import type { Loss, Losses } from './losses';
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
  readonly journal: JournalFile;
  readonly client: ForeignClient;
  readonly losses: Losses;
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

/** The names of all dead letter queues. */
const DEAD_LETTERS = String.raw`[0-9a-f]{10}\.dead$`;

const AMQP = 5672;
const NODES = 3;
/** The longest that it takes to mend what a fault has done: the broker, its node or the API server may be away. */
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
/** How long one waits for a seeder before one starts another. */
const SEED_AGAIN_MS = 30_000;
const MAX_WORKERS = 5;

const SEED_AGAIN: Inflict = toRun(async (run, world, fault) =>
  (await seedAgain(run, world, suffixOf(fault))) ? 'over' : 'nothing there',
);

export const INFLICT: Readonly<Record<FaultKind, Inflict>> = {
  'program fails': order('exit 3'),
  'program hangs': order('sleep 100000'),
  'program terminates process 1': order('kill -TERM 1; sleep 100000'),
  'program out of memory': order('hog=$(head -c 400000000 /dev/zero | tr "\\0" x)'),
  'program killed': toProgram(
    blamed(({ containers }) =>
      killAll(
        processesWith(containers.worker, (line) => line.includes('/journal/') && !/(shim|runner)\.sh/.test(line)),
      ),
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
    const [outcome] = await Promise.all([killSeeder(fault.size), SEED_AGAIN(world, fault)]);
    return outcome;
  },
  'seeder run again': SEED_AGAIN,
  'mark held by another client': async (world, fault) => {
    const [outcome] = await Promise.all([hold('seeded')(world, fault), SEED_AGAIN(world, fault)]);
    return outcome;
  },
  'dead letters held by another client': hold('dead'),
  'dead letters refused because of a policy': refuse(DEAD_LETTERS),
  'items refused because of a policy': refuse('[0-9a-f]{10}$'),
  'seeded mark purged': toRun(async (run, world, fault) => {
    if (!(await purge(run, world, relatedQueues(run.queue.queueName).seeded))) return 'nothing there';
    return { milliseconds: 1000, end: () => seedUntilMarked(run, world, suffixOf(fault)) };
  }),
  'settled mark purged': toRun(async (run, world) =>
    (await purge(run, world, relatedQueues(run.queue.queueName).settled)) ? 'over' : 'nothing there',
  ),
  'work queue purged': toRun(async (run, world) =>
    (await purge(run, world, run.queue.queueName, ['items'])) ? 'over' : 'nothing there',
  ),
  'items expired by a policy': toRun(expire),
  'queue deleted': toRun(
    deleteQueue,
    // An index of a pool that fails ends nothing but itself, at a limit that cannot change.
    ({ jobs }) => jobs,
  ),
  'pool resized': toRun(
    async ({ job }, { namespace }, { size }) => {
      const workers = 1 + Math.floor(size * MAX_WORKERS);
      const { status, stdout } = await patchJob(namespace, job.name, { completions: workers, parallelism: workers });
      return status === 0 && !stdout.includes('no change') ? 'over' : 'nothing there';
    },
    ({ pools }) => pools,
  ),
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

const where = (namespace: Namespace) => ['--namespace', namespace.name, '--request-timeout=10s'];

function suffixOf({ size }: Fault): string {
  return Math.floor(size * 1e9).toString(36);
}

/** A second seeder Job that is the same but for its name, and goes when it has ended. */
async function seedAgain(
  run: AnySynthesizedRun,
  { namespace }: World,
  suffix: string,
  spec: Json = {},
): Promise<boolean> {
  const seeder = structuredClone(run.seederJob());
  Object.assign(seeder.spec, { ttlSecondsAfterFinished: 5, ...spec });
  seeder.metadata.name += `-${suffix}`;
  return (await askKubectl([...where(namespace), 'apply', '--filename', '-'], Yaml.stringify(seeder))).status === 0;
}

/**
 * Seeders, one after the other, until there is a seeded mark, as a controller does that applies the manifest again and again: a
 * seeder changes nothing while a pod consumes from the work queue. It ends with the run too. A mark that does not come is no
 * error here: the run then hangs, and the oracle says so.
 */
async function seedUntilMarked(run: AnySynthesizedRun, world: World, suffix: string): Promise<void> {
  const { seeded } = relatedQueues(run.queue.queueName);
  let seeders = 0;
  let last = Number.NEGATIVE_INFINITY;
  const isMarked = async () => {
    if (!world.targets.runs.has(run)) return true;
    const messages = await world.client.change('count', run, seeded);
    if (messages === 'missing' || hasMessages(messages)) return true;
    if (performance.now() - last > SEED_AGAIN_MS) {
      last = performance.now();
      await seedAgain(run, world, `${suffix}-${++seeders}`, { backoffLimit: 0 });
    }
    return false;
  };
  await until(`the seeded mark of ${run.queue.queueName}`, isMarked, { seconds: MENDING_SECONDS, pauseMs: 5000 }).catch(
    () => {},
  );
}

/** A client consumes a queue of a run for a while, and settles nothing. */
function hold(which: 'seeded' | 'dead'): Inflict {
  return toRun(async (run, { client }, { size }) => {
    const milliseconds = 1000 + size * 15_000;
    const held = client.hold(run, relatedQueues(run.queue.queueName)[which], milliseconds).catch(() => false);
    // A queue that is not there yet is refused at once.
    if ((await Promise.race([held, wait(1000)])) === false) return 'nothing there';
    return { milliseconds, end: () => held };
  });
}

/**
 * Purges a queue that has messages, and answers whether it did. If nobody knows, it counts as purged, so a client that can do
 * nothing at the moment must not come so far.
 */
async function purge(
  run: AnySynthesizedRun,
  { client, losses }: World,
  queue: string,
  taken: readonly Loss[] = [],
): Promise<boolean> {
  if (!hasMessages(await client.change('count', run, queue))) return false;
  const takeBack = losses.note(run.queue.queueName, taken);
  const messages = await client.change('purge', run, queue);
  const isPurged = messages === undefined || hasMessages(messages);
  if (!isPurged) takeBack();
  return isPurged;
}

function hasMessages(count: number | 'missing' | undefined): boolean {
  return typeof count === 'number' && count > 0;
}

/** A policy under which what waits in the work queue of a run expires, for some seconds: the broker makes dead letters of it. */
async function expire(run: AnySynthesizedRun, world: World, { size }: Fault): Promise<Outcome> {
  const { queueName } = run.queue;
  const prefix = `${run.statefulSet().metadata.name}-`;
  const broker = world.targets.brokers.find(({ pod }) => pod.startsWith(prefix));
  if (!broker || !hasMessages(await world.client.change('count', run, queueName))) return 'nothing there';
  // A classic queue forgets a message when it has sent the dead letter on, whatever becomes of that.
  const isClassic = env(run.seederJob(), ContainerName.SEEDER)[EnvName.QUEUE_TYPE] === QueueType.CLASSIC;
  world.losses.note(queueName, isClassic ? ['expired', 'items'] : ['expired'], brokerOf(broker.pod));
  const policy = {
    name: `expire-${Math.floor(size * 1e9)}`,
    pattern: `^${queueName}$`,
    definition: { 'message-ttl': 1 },
    // Above the policies that refuse messages: only one applies to a queue.
    priority: 1,
  };
  return setPolicy(world, broker.pod, policy, 1000 + size * 4000);
}

/**
 * Deletes one of the queues of a run. The pods of these Jobs may fail as often as they like, which is more often than anybody would
 * wait for; so from now on the first failed pod that counts ends the Job.
 */
async function deleteQueue(run: AnySynthesizedRun, world: World, { size }: Fault): Promise<Outcome> {
  const { queueName } = run.queue;
  const { dead, ledger, settled, seeded } = relatedQueues(queueName);
  const queue = pick([queueName, dead, ledger, settled, seeded], size) ?? queueName;
  const contents: Readonly<Record<string, Loss[]>> = {
    [queueName]: ['items'],
    [dead]: ['dead letters'],
    [ledger]: ['records'],
  };
  if (typeof (await world.client.change('count', run, queue)) !== 'number') return 'nothing there';
  world.losses.note(queueName, ['queue', ...(contents[queue] ?? [])]);
  world.losses.noteDeleted(queueName, queue);
  if ((await world.client.change('delete', run, queue)) === 'missing') return 'nothing there'; // a seeder may declare it again
  const isLimited = async () => {
    if (!world.targets.runs.has(run)) return true;
    const job = await askKubectl([...where(world.namespace), 'get', 'job', run.job.name, '--output', 'json']);
    if (job.status !== 0) return false;
    const backoffLimit: number = JSON.parse(job.stdout).status?.failed ?? 0;
    return (await patchJob(world.namespace, run.job.name, { backoffLimit })).status === 0;
  };
  return {
    milliseconds: 1000,
    end: () => until(`a limit of ${run.job.name}`, isLimited, { seconds: MENDING_SECONDS }),
  };
}

/** The StatefulSet of a node's pod. */
function brokerOf(pod: string): string {
  return pod.replace(/-\d+$/, '');
}

function patchJob(namespace: Namespace, job: string, spec: Readonly<Record<string, number>>) {
  return askKubectl([...where(namespace), 'patch', 'job', job, '--type', 'merge', '--patch', JSON.stringify({ spec })]);
}

function rabbitmqctl({ namespace }: World, pod: string, ...args: string[]) {
  const where = ['--namespace', namespace.name, 'exec', pod, '--container', 'rabbitmq', '--'];
  return askKubectl([...where, 'rabbitmqctl', '--quiet', ...args]);
}

interface Policy {
  readonly name: string;
  /** Of names of queues. */
  readonly pattern: string;
  readonly definition: Readonly<Record<string, string | number>>;
  readonly priority?: number;
}

/** A policy of the broker, for a while. It may be there, now or later, also if `rabbitmqctl` fails. */
async function setPolicy(world: World, pod: string, policy: Policy, milliseconds: number): Promise<Lasting> {
  const { name, pattern, definition, priority = 0 } = policy;
  const options = ['--apply-to', 'queues', '--priority', String(priority)];
  await rabbitmqctl(world, pod, 'set_policy', ...options, name, pattern, JSON.stringify(definition));
  // The broker keeps it, whatever happens to it meanwhile.
  const isGone = async () => {
    await rabbitmqctl(world, pod, 'clear_policy', name);
    const list = await rabbitmqctl(world, pod, 'list_policies');
    return list.status === 0 && !list.stdout.includes(name);
  };
  const end = () => until(`no policy ${name}`, isGone, { seconds: MENDING_SECONDS });
  return { milliseconds, end };
}

/** A policy with which queues refuse messages once they hold one. */
function refuse(pattern: string): Inflict {
  return toBroker(async ({ pod }, world, { size }) => {
    const name = `refuse-${Math.floor(size * 1e9)}`;
    const definition = { 'max-length': 0, overflow: 'reject-publish' };
    // Before it is set: what expires meanwhile has nowhere to go.
    const over = pattern === DEAD_LETTERS ? world.losses.noteRefusal(brokerOf(pod)) : () => {};
    const { milliseconds, end } = await setPolicy(world, pod, { name, pattern, definition }, 1000 + size * 15_000);
    return { milliseconds, end: () => Promise.resolve(end()).then(over) };
  });
}

type HitRun = (run: AnySynthesizedRun, world: World, fault: Fault) => Promise<Outcome>;

/** To one of the runs that have not ended. */
function toRun(hit: HitRun, among: (targets: Targets) => AnySynthesizedRun[] = ({ runs }) => [...runs]): Inflict {
  return async (world, fault) => {
    const run = pick(among(world.targets), fault.target);
    return run ? hit(run, world, fault) : 'nothing there';
  };
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
    world.journal.blame(target.pod);
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
  return async ({ journal }) => ((await journal.order(line, PATIENCE)) ? 'over' : 'nothing there');
}

/** Kills the courier of a pod some milliseconds after the next program in it begins or ends. */
function at(what: 'start' | 'end'): Inflict {
  return toWorker(async (target, { journal }, { size }) => {
    const processes = processesOf(target.containers.courier);
    if (!(await journal.next(what, target.pod, PATIENCE))) return 'nothing there';
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
