import { Duration, Size } from 'cdk8s';
import { type ContainerResources, EnvValue, type ISecret, type k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { IBroker } from '../broker/broker';
import { type BrokerClient, brokerClient } from '../broker/broker-client';
import { clientPodLabels } from '../broker/client-labels';
import { needConsumerTimeout } from '../broker/consumer-timeouts';
import { Network } from '../broker/network';
import { addQueueLoad, type QueueLoad } from '../broker/queue-loads';
import { requireSameNamespace } from '../broker/same-namespace';
import { ContainerName } from '../contract/containers';
import { EnvName } from '../contract/environment';
import { itemsPiece } from '../contract/item-frames';
import { MountPath } from '../contract/mount-paths';
import { DELIVERY_LIMIT, QUEUES_VERSION } from '../contract/queues';
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
import { labelWithChart } from '../manifest/labels';
import { lazy } from '../manifest/lazy';
import { pathLabel } from '../manifest/path-label';
import { programContainer, programsVolume, SMALL } from '../manifest/program-container';
import { Check } from '../validation/check';
import { constructContext, requireProps } from '../validation/props';
import { requireResources } from '../validation/resources';
import { synthError } from '../validation/synth-error';
import { queueLabels } from './queue-labels';
import { type IWorkQueue, QueueType, type WorkerNeeds } from './work-queue';

/** Properties for a queue and its seeder. */
export interface QueueSeederProps {
  /** The broker that has the queue. */
  readonly broker: IBroker;

  /** The items that the queue is filled with. */
  readonly items: WorkItems;

  /**
   * The type of the queue.
   *
   * @default QueueType.QUORUM
   */
  readonly queueType?: QueueType;

  /**
   * Distinguishes this run from other runs of the same items. With another `runId`, the same items are processed again,
   * on a queue and with Jobs of their own. It has 1 to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at
   * both ends.
   *
   * @default - none: the same items are the same run
   */
  readonly runId?: string;

  /**
   * How long the Job that fills the queue may take, from its start. In whole seconds. Minimum: 1 s. Maximum: ten years.
   *
   * If the broker does not exist yet, the Job waits for it for about 80 minutes: it has seven pods, each waits for 10
   * minutes, and the later ones start after a pause.
   *
   * @default Duration.hours(24)
   */
  readonly activeDeadline?: Duration;

  /**
   * How long the Job stays in the cluster after its end. In whole seconds. Minimum: 0 s. Maximum: ten years.
   *
   * If the Job no longer exists, the next `kubectl apply` creates it again. The new Job finds that the queue has been
   * filled, and does nothing. If the broker has lost all queues of the run, the new Job fills the queue with all items,
   * because nothing records which of them were settled.
   * https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
   *
   * @default - forever
   */
  readonly ttlAfterFinished?: Duration;

  /**
   * The resources of the seeder's container. A request must not exceed its limit.
   *
   * @default - requests of 10m CPU and 48Mi memory; a memory limit of 256Mi, plus three times the size of the items
   * that are not a formula, plus four bytes for each item that is shuffled
   */
  readonly resources?: ContainerResources;

  /**
   * The PriorityClass of the Job's pods.
   * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
   *
   * @default - the default class of the cluster, if it has one
   */
  readonly priorityClassName?: string;

  /**
   * A Secret of the type `kubernetes.io/dockerconfigjson` to pull the node image with.
   *
   * @default - none
   */
  readonly dockerRegistryAuth?: ISecret;
}

/**
 * How long a consumer may hold an item, unless a worker needs more. The value is so large that workers rarely need
 * more, so the queue keeps its name when their times change. Nothing hangs for so long, because couriers have limits of
 * their own and Jobs have a deadline.
 */
const CONSUMER_TIMEOUT_SECONDS = 14 * 24 * 60 * 60;

/**
 * A queue of work items, and a Job that creates the queue and fills it exactly once, however often the Job is killed or
 * applied.
 *
 * If the broker loses the mark that says that the queue was filled, and no client consumes from the queue, the Job fills
 * it with the items that are not recorded as settled. If the broker loses its volume, nothing is recorded, and all items
 * are processed again.
 *
 * The names of the queue and of the Job end in a hash of their content. So applying the same items again changes
 * nothing, and a changed list is a new run on a new queue.
 */
export class QueueSeeder extends ContentNamedJob implements IWorkQueue {
  /** The broker that has the queue. */
  public readonly broker: IBroker;

  /** How many items the queue is filled with. */
  public readonly itemCount: number;

  /** The items that the queue is filled with. */
  public readonly items?: WorkItems;

  /**
   * The length of the longest item in bytes, or 0 if there are no items. A Job whose program gets the item as an
   * argument or a variable needs it to find out at synth that an item is too long for that.
   */
  public readonly longestItemBytes?: number;

  /**
   * Distinguishes this run from other runs of the same items.
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
   * @throws if a property is not of its type, is missing or is unknown, if the broker is in another namespace, if an item is larger than the broker accepts or than 16 MiB, if all
   * items together are too large for the manifest, if `runId` cannot be the value of a label, if
   * `priorityClassName` cannot be the name of an object, if a duration is out of
   * its range or has fractions of a second, or if a resource request exceeds its limit
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: QueueSeederProps,
  ) {
    requireProps(constructContext('QueueSeeder', scope, id), 'QueueSeederProps', props);
    super(scope, id, ContainerName.SEEDER, {
      dockerRegistryAuth: props.dockerRegistryAuth,
      priorityClassName: props.priorityClassName,
    });
    const { context } = this;
    const check = new Check(context);
    check.priorityClass(props.priorityClassName);
    requireSameNamespace(context, this, 'the broker', props.broker);
    if (props.runId !== undefined) check.labelValue('runId', props.runId);
    const { items } = props.items._content;
    this.broker = props.broker;
    this.items = props.items;
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
    addQueueLoad(props.broker, () => this.load());
    this.node.addValidation({ validate: () => this.missingWorker() });
    const labels = clientPodLabels(props.broker.clientLabels, Network.RESTRICTED);
    for (const [key, value] of Object.entries(labels)) this.podMetadata.addLabel(key, value);
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
    this._label(queueLabels(this));
    labelWithChart(this);
  }

  /**
   * The queue's name on the broker. It ends in a hash of the items, of the queue's arguments and of `runId`. A worker
   * may change the arguments, so read the name after all workers are attached.
   */
  public get queueName(): string {
    this.nameRead = this.currentName();
    return this.nameRead;
  }

  /**
   * Tells the queue what a worker needs, so that the queue is declared accordingly. Workers of this package call this
   * method themselves. A queue without a worker is an error at synth, so call it for consumers of your own.
   *
   * @param needs what the worker's pods require of the queue, with `holdItems` in whole seconds from 1 s to ten years
   * @throws if the needs change the name of the queue after it was read, or if `holdItems` is out of range or has
   * fractions of a second
   */
  public attachWorker(needs: WorkerNeeds): void {
    const context = `${this.context}: attachWorker`;
    requireProps(context, 'WorkerNeeds', needs);
    const check = new Check(context);
    check.seconds('holdItems', needs.holdItems, { min: 1 }, 'Give a duration in whole seconds.');
    this.workers.push(needs);
    if (this.nameRead !== undefined && this.nameRead !== this.currentName()) {
      throw synthError(
        context,
        `this worker needs a queue with other arguments and so another name, but ${this.nameRead} was already read`,
        'Read queueName, and the names of Jobs on the queue, after all workers are attached.',
      );
    }
  }

  private load(): QueueLoad {
    const { items } = this.props.items._content;
    const name = this.currentName();
    return {
      path: this.node.path,
      queueType: this.queueType,
      items: items.count,
      bodyBytes: items.bytesOf(items.count),
      nameBytes: name.length + (this.runId ?? name).length,
    };
  }

  /** Without a worker, the queue would be filled and nothing would ever be done. */
  private missingWorker(): string[] {
    if (this.workers.length > 0) return [];
    const hint =
      'Create a CoarseWorkerJob with this queue. For consumers of your own, call attachWorker with what they need.';
    return [
      synthError(this.context, 'no worker is attached to the queue, so no item would be processed', hint).message,
    ];
  }

  /** The class and path of this construct, with which its errors begin. */
  private get context(): string {
    return `QueueSeeder '${this.node.path}'`;
  }

  private get queueType(): QueueType {
    return this.props.queueType ?? QueueType.QUORUM;
  }

  private get consumerTimeoutSeconds(): number {
    return Math.max(CONSUMER_TIMEOUT_SECONDS, ...this.workers.map(({ holdItems }) => holdItems.toSeconds()));
  }

  /**
   * The queue's name as of now. The hash includes the path and the namespace, because two teams that use one broker
   * with the same items must not share a queue.
   */
  private currentName(): string {
    const { digest } = this.props.items._packed;
    const hash = contentHash([
      ...[this.node.path, this.broker.namespace ?? null],
      ...[digest, this.itemCount, this.runId ?? null],
      ...[QUEUES_VERSION, this.queueType, DELIVERY_LIMIT, this.consumerTimeoutSeconds],
    ]);
    return `${pathLabel(this)}-${hash}`;
  }

  private environment({ env }: BrokerClient): Record<string, EnvValue> {
    const { nodes } = this.broker.connection;
    return {
      ...env,
      ...(nodes !== undefined && nodes > 1 && { [EnvName.BROKER_NODES]: EnvValue.fromValue(String(nodes)) }),
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
   * Adds the volume with the items, with all pieces in one folder. cdk8s-plus has no projected volumes.
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
    const volumes = [...(spec.volumes ?? []), { name: ITEMS_VOLUME, projected: { sources } }];
    return { ...spec, containers, volumes };
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
