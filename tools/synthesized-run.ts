import { ApiObject, App, Chart, type ChartProps, type Duration, JsonPatch } from 'cdk8s';
import {
  CoarseWorkerJob,
  type CoarseWorkerJobProps,
  Program,
  QueueSeeder,
  type QueueSeederProps,
  RabbitMQ,
  type RabbitMQProps,
  WorkerPool,
  type WorkerPoolProps,
  WorkItems,
} from '../lib/index';

/** A Kubernetes object as it stands in a manifest: a tree that tests look into by name. */
// biome-ignore lint/suspicious/noExplicitAny: any other type would make each look into it a cast
export type Json = any;

export const FRUITS = ['apple', 'banana', 'cherry', 'date', 'fig', 'grape', 'lemon', 'melon'];

export function newChart(props: ChartProps = {}): Chart {
  return new Chart(new App(), 'test', props);
}

interface RunProps {
  readonly items?: WorkItems;
  readonly broker?: RabbitMQProps;
  readonly seeder?: Partial<QueueSeederProps>;
}

export interface SynthesizedRunProps extends RunProps {
  readonly worker?: Partial<CoarseWorkerJobProps>;
}

export interface SynthesizedPoolRunProps extends RunProps {
  readonly worker?: Partial<WorkerPoolProps>;
}

const WORKERS = 2;

/** A whole run: broker, queue and a worker Job of any kind. */
export abstract class AnySynthesizedRun {
  readonly chart: Chart;
  readonly broker: RabbitMQ;
  readonly queue: QueueSeeder;
  abstract readonly job: CoarseWorkerJob | WorkerPool;

  constructor(props: RunProps, chart: Chart) {
    this.chart = chart;
    this.broker = new RabbitMQ(chart, 'rabbitmq', props.broker);
    const items = props.items ?? WorkItems.list(FRUITS);
    this.queue = new QueueSeeder(chart, 'fruits', { broker: this.broker, items, ...props.seeder });
  }

  /** Puts the pods of the broker or of the Job on one node. */
  pin(what: 'broker' | 'job', node: string): void {
    this.patchPods(what, 'nodeSelector', { 'kubernetes.io/hostname': node });
  }

  /** Gives each pod of the Job another deadline: its own is an hour and more. */
  setPodDeadline(deadline: Duration): void {
    this.patchPods('job', 'activeDeadlineSeconds', deadline.toSeconds());
  }

  private patchPods(what: 'broker' | 'job', field: string, value: unknown): void {
    ApiObject.of(this[what]).addJsonPatch(JsonPatch.add(`/spec/template/spec/${field}`, value));
  }

  objects(): Json[] {
    return this.chart.toJson();
  }

  named(kind: string, name: string): Json {
    const found = this.objects().find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`no ${kind} ${name}`);
    return found;
  }

  workerJob(): Json {
    return this.named('Job', this.job.name);
  }

  seederJob(): Json {
    return this.named('Job', this.queue.name);
  }

  statefulSet(): Json {
    return this.objects().find(({ kind }) => kind === 'StatefulSet');
  }

  /** What a worker has if a test says nothing of it. */
  protected workerDefaults() {
    return { queue: this.queue, image: 'busybox:1.37', program: Program.command('cat') };
  }
}

/** A whole run with a CoarseWorkerJob, with what the test is about set. */
export class SynthesizedRun extends AnySynthesizedRun {
  readonly job: CoarseWorkerJob;

  constructor(props: SynthesizedRunProps = {}, chart = newChart()) {
    super(props, chart);
    this.job = new CoarseWorkerJob(chart, 'eat', { ...this.workerDefaults(), ...props.worker });
  }
}

/** A whole run with a WorkerPool. */
export class SynthesizedPoolRun extends AnySynthesizedRun {
  readonly job: WorkerPool;

  constructor(props: SynthesizedPoolRunProps = {}, chart = newChart()) {
    super(props, chart);
    this.job = new WorkerPool(chart, 'eat', { ...this.workerDefaults(), workers: WORKERS, ...props.worker });
  }
}

export function container(object: Json, name: string): Json {
  return object.spec.template.spec.containers.find((one: Json) => one.name === name);
}

/** A container's variables that stand in the manifest as they are. */
export function env(object: Json, name: string): Record<string, string> {
  return Object.fromEntries(container(object, name).env.map((one: Json) => [one.name, one.value]));
}

/** The volume with the credentials of a broker, which a Secret has under the usual keys. */
export function credentialsVolume(secretName: string): Json {
  const items = ['password', 'username'].map((key) => ({ key, path: key }));
  return { name: 'work-queue-credentials', secret: { secretName, items } };
}

/** Every pod spec in the objects. */
export function podSpecs(objects: Json[]): Json[] {
  return objects.map((object) => object.spec?.template?.spec).filter((spec) => spec !== undefined);
}
