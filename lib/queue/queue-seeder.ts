import { Duration, Size } from 'cdk8s';
import { type ContainerResources, EnvValue, type ISecret, type k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { IBroker } from '../broker/broker';
import { type BrokerClient, brokerClient } from '../broker/broker-client';
import { clientPodLabels } from '../broker/client-labels';
import { needConsumerTimeout } from '../broker/consumer-timeouts';
import { Network } from '../broker/network';
import { requireSameNamespace } from '../broker/same-namespace';
import { ContainerName } from '../contract/containers';
import { EnvName } from '../contract/environment';
import { itemsPiece } from '../contract/item-frames';
import { MountPath } from '../contract/mount-paths';
import { DELIVERY_LIMIT } from '../contract/queues';
import { requireItemsFit } from '../items/item-sizes';
import type { WorkItems } from '../items/work-items';
import { ContentConfigMap } from '../manifest/config-map';
import { contentHash } from '../manifest/content-hash';
import {
  BACKOFF_LIMIT,
  ContentNamedJob,
  IGNORE_DISRUPTION,
  type JobSettings,
  READY_SECONDS,
} from '../manifest/content-named-job';
import { lazy } from '../manifest/lazy';
import { pathLabel } from '../manifest/path-label';
import { programContainer, programsVolume, SMALL } from '../manifest/program-container';
import { Check } from '../validation/check';
import { requireResources } from '../validation/resources';
import { type IWorkQueue, QueueType, type WorkerNeeds } from './work-queue';

/** Properties for a queue and what fills it. */
export interface QueueSeederProps {
  /** The broker that has the queue. */
  readonly broker: IBroker;

  /** What the queue is filled with. */
  readonly items: WorkItems;

  /**
   * The kind of the queue.
   *
   * @default QueueType.QUORUM
   */
  readonly queueType?: QueueType;

  /**
   * Tells this run from others over the same items: with another `runId` the same items are worked on again, on a queue and
   * with Jobs of their own. 1 to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
   *
   * @default - none: the same items are the same run
   */
  readonly runId?: string;

  /**
   * How long the Job that fills the queue may take, from its start. It waits for a broker that is not there yet, as long as its
   * seven pods do, each for 10 minutes and the later ones after a pause: about 80 minutes. In whole seconds, from 1 s to ten
   * years.
   *
   * @default Duration.hours(24)
   */
  readonly activeDeadline?: Duration;

  /**
   * How long the Job stays in the cluster after its end. A Job that is gone is made again by the next `kubectl apply`, and
   * then sees that the queue has been filled and does nothing. In whole seconds, up to ten years.
   * https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
   *
   * @default - for ever
   */
  readonly ttlAfterFinished?: Duration;

  /**
   * What the seeder's container asks for and may use: no request over its limit.
   *
   * @default - requests 10m CPU and 48Mi memory; limit 256Mi memory, three times the size of items that are no formula, and
   * four bytes for each item that is shuffled
   */
  readonly resources?: ContainerResources;

  /**
   * A Secret of the type `kubernetes.io/dockerconfigjson` to pull the node image with.
   *
   * @default - none
   */
  readonly dockerRegistryAuth?: ISecret;
}

/**
 * So generous that workers rarely need more, and the queue keeps its name when their times change. Nothing hangs for so long:
 * couriers have their own limits, and Jobs their deadline.
 */
const CONSUMER_TIMEOUT_SECONDS = 14 * 24 * 60 * 60;

/**
 * A queue of work items, and a Job that creates it and fills it exactly once, however often the Job is killed or applied.
 *
 * The names of the queue and of the Job end in a hash of their content. So the same items apply as a no-op, and a changed
 * list is a new run on a new queue.
 */
export class QueueSeeder extends ContentNamedJob implements IWorkQueue {
  /** The broker that has the queue. */
  public readonly broker: IBroker;

  /** How many items the queue is filled with. */
  public readonly itemCount: number;

  /**
   * How many bytes the longest item has; 0 where there is none. With it, a Job whose program takes the item as an argument or a
   * variable can tell at synth that it cannot.
   */
  public readonly longestItemBytes?: number;

  /**
   * Tells this run from others over the same items.
   *
   * @default - none
   */
  public readonly runId?: string;

  private readonly jobSettings: JobSettings;
  private readonly workers: WorkerNeeds[] = [];
  private readonly pieces: ContentConfigMap[];
  private nameRead?: string;

  /**
   * @param scope the chart, or a construct in it
   * @param id a name that is unique in the scope; it becomes part of the queue's name
   * @param props properties of the queue
   * @throws where the broker is in another namespace, an item is larger than it takes, all items are too large for the manifest,
   * `runId` cannot be a label, a duration is out of its range or has fractions of a second, or a request is over its limit
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: QueueSeederProps,
  ) {
    super(scope, id, ContainerName.SEEDER, { dockerRegistryAuth: props.dockerRegistryAuth });
    const context = `QueueSeeder '${this.node.path}'`;
    const check = new Check(context);
    requireSameNamespace(context, this, 'the broker', props.broker);
    if (props.runId !== undefined) check.labelValue('runId', props.runId);
    const { items } = props.items._content;
    this.broker = props.broker;
    this.itemCount = props.items.count;
    this.longestItemBytes = items.longestOf(items.count);
    requireItemsFit(context, items, this.longestItemBytes, props.broker.maxMessageSize);
    this.runId = props.runId;
    requireResources(check, props.resources);
    this.jobSettings = settings(check, props);
    this.pieces = props.items._packed.pieces.map(
      (piece, n) =>
        new ContentConfigMap(this, `Items${n}`, `${pathLabel(this)}-items-${n}`, { [itemsPiece(n)]: piece }),
    );
    this.apiObject.addDependency(...this.pieces);
    needConsumerTimeout(props.broker, () => this.consumerTimeoutSeconds);
    for (const [key, value] of Object.entries(clientPodLabels(props.broker.clientLabels, Network.RESTRICTED))) {
      this.podMetadata.addLabel(key, value);
    }
    const client = brokerClient(this, props.broker);
    this.addContainer(
      programContainer(this, {
        name: ContainerName.SEEDER,
        program: 'seeder',
        programs: programsVolume(this, 'seeder'),
        env: this.environment(client),
        volumeMounts: client.volumeMounts,
        resources: props.resources ?? seederResources(props.items),
      }),
    );
  }

  /**
   * The queue's name on the broker. It ends in a hash of the items, of the queue's arguments, which a worker may change, and
   * of `runId`: read it after all workers are there.
   */
  public get queueName(): string {
    this.nameRead = this.currentName();
    return this.nameRead;
  }

  /**
   * A worker says what it needs, so that the queue can be declared for it. Workers of this package do it by themselves.
   *
   * @param needs what the worker's pods ask of the queue
   * @throws where the queue's name depends on it and was read before, or the needs are out of range
   */
  public attachWorker(needs: WorkerNeeds): void {
    const context = `QueueSeeder '${this.node.path}': attachWorker`;
    const check = new Check(context);
    check.seconds('holdItems', needs.holdItems, { min: 1 }, 'Give a duration in whole seconds.');
    this.workers.push(needs);
    if (this.nameRead !== undefined && this.nameRead !== this.currentName()) {
      throw new Error(
        `${context}: this worker needs a queue with other arguments, and so with another name than ${this.nameRead}, which ` +
          'was read before. Read queueName, and names of Jobs on the queue, after all workers are there.',
      );
    }
  }

  private get queueType(): QueueType {
    return this.props.queueType ?? QueueType.QUORUM;
  }

  private get consumerTimeoutSeconds(): number {
    return Math.max(CONSUMER_TIMEOUT_SECONDS, ...this.workers.map(({ holdItems }) => holdItems.toSeconds()));
  }

  /** Path and namespace are part of it: two teams that use one broker with the same items must not share a queue. */
  private currentName(): string {
    const { digest } = this.props.items._packed;
    const hash = contentHash([
      ...[this.node.path, this.broker.namespace ?? null],
      ...[digest, this.itemCount, this.runId ?? null],
      ...[this.queueType, DELIVERY_LIMIT, this.consumerTimeoutSeconds],
    ]);
    return `${pathLabel(this)}-${hash}`;
  }

  private environment({ env }: BrokerClient): Record<string, EnvValue> {
    return {
      ...env,
      [EnvName.QUEUE]: EnvValue.fromValue(lazy(() => this.queueName)),
      [EnvName.QUEUE_TYPE]: EnvValue.fromValue(this.queueType),
      [EnvName.CONSUMER_TIMEOUT_SECONDS]: EnvValue.fromValue(lazy(() => String(this.consumerTimeoutSeconds))),
      [EnvName.ITEMS_DIR]: EnvValue.fromValue(MountPath.ITEMS),
      [EnvName.ITEM_COUNT]: EnvValue.fromValue(String(this.itemCount)),
      [EnvName.ITEMS_DIGEST]: EnvValue.fromValue(this.props.items._packed.digest),
      [EnvName.RUN]: EnvValue.fromValue(this.runId ?? lazy(() => this.queueName)),
    };
  }

  /** @internal */
  public _settings(): JobSettings {
    return this.jobSettings;
  }

  /**
   * With the items, all pieces in one folder: cdk8s-plus has no projected volumes.
   *
   * @internal
   */
  public override _toPodSpec(): k8s.PodSpec {
    const spec = super._toPodSpec();
    const sources = this.pieces.map(({ name }) => ({ configMap: { name } }));
    const mount = { name: ITEMS_VOLUME, mountPath: MountPath.ITEMS, readOnly: true };
    const containers = spec.containers.map((container) =>
      container.name === ContainerName.SEEDER
        ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] }
        : container,
    );
    return { ...spec, containers, volumes: [...(spec.volumes ?? []), { name: ITEMS_VOLUME, projected: { sources } }] };
  }
}

const ITEMS_VOLUME = 'work-queue-items';

function settings(check: Check, props: QueueSeederProps): JobSettings {
  const { activeDeadline = Duration.seconds(READY_SECONDS), ttlAfterFinished } = props;
  return {
    backoffLimit: BACKOFF_LIMIT,
    activeDeadlineSeconds: check.seconds(
      'activeDeadline',
      activeDeadline,
      { min: 1 },
      'Give the broker time to start.',
    ),
    ttlSecondsAfterFinished:
      ttlAfterFinished && check.seconds('ttlAfterFinished', ttlAfterFinished, { min: 0 }, 'Give whole seconds.'),
    podFailurePolicy: { rules: [IGNORE_DISRUPTION] },
  };
}

function seederResources({ _packed, _content }: WorkItems): ContainerResources {
  const bytes = 3 * _packed.framedBytes + 4 * _content.shuffledItems;
  const mebibytes = 256 + Math.round(bytes / 2 ** 20);
  return { ...SMALL, memory: { ...SMALL.memory, limit: Size.mebibytes(mebibytes) } };
}
