/**
 * What a manifest will do, as data. These names are stable: a new version of the command line adds fields, and changes
 * or removes one only with another `version`. A limit that does not exist is null. Sizes are in bytes.
 */
export interface Explanation {
  readonly version: 1;
  readonly runs: readonly RunExplanation[];
}

export interface RunExplanation {
  readonly run: string;
  readonly chart: string | null;
  /** Null: the namespace that kubectl uses. */
  readonly namespace: string | null;
  readonly items: ItemsExplanation;
  readonly queue: QueueExplanation;
  readonly broker: BrokerExplanation;
  readonly worker: WorkerExplanation;
  readonly failure: FailureExplanation;
  readonly network: NetworkExplanation;
}

export interface ItemsExplanation {
  readonly count: number;
  /** The first three. Null, as the sizes, if the seeder is not part of the manifest. */
  readonly first: readonly string[] | null;
  readonly longestBytes: number | null;
  /** All items together, or somewhat more. */
  readonly totalBytes: number | null;
}

export interface QueueExplanation {
  readonly name: string;
  readonly type: string | null;
  /** How long a pod may hold an item before the broker takes it back. */
  readonly consumerTimeoutSeconds: number | null;
  readonly deliveryLimit: number;
  /** How much of the run's events the broker keeps. */
  readonly eventsBytes: number;
  readonly seeder: { readonly job: string; readonly deadlineSeconds: number | null } | null;
}

export interface BrokerExplanation {
  readonly url: string;
  /** Null if the manifest does not create the broker, whose limits are not known then. */
  readonly created: CreatedBroker | null;
}

export interface CreatedBroker {
  readonly name: string;
  readonly image: string;
  readonly nodes: number;
  /** Of each node. */
  readonly resources: Resources;
  readonly volumeBytes: number | null;
  readonly maxMessageBytes: number | null;
  /** With more memory in use, a node accepts no messages. */
  readonly memoryAlarmBytes: number | null;
  /** With less space free, a node accepts no messages. */
  readonly freeDiskBytes: number | null;
}

export interface WorkerExplanation {
  readonly job: string;
  readonly kind: 'CoarseWorkerJob' | 'WorkerPool';
  /** How the program gets the items. */
  readonly delivery: 'courier' | 'amqp-consume' | 'none';
  readonly image: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly itemInArguments: boolean;
  /** The program's variables that contain the item or one of its fields. */
  readonly itemVariables: readonly string[];
  /** Null: the user of the image. */
  readonly user: number | null;
  readonly podsAtOnce: number;
  /** How many pods must succeed. */
  readonly completions: number;
  /** Null in a pool, whose pods take items until there are no more. */
  readonly itemsPerPod: number | null;
  readonly maxAttempts: number;
  /** No further attempt follows one of them. */
  readonly permanentExitCodes: readonly number[];
  readonly itemTimeoutSeconds: number;
  /** With all attempts, and with the time to stop the program and the pauses between the attempts. */
  readonly longestItemSeconds: number;
  readonly maxInterruptions: number;
  /** The age from which a pod of a pool takes no more items. */
  readonly maxPodSeconds: number | null;
  readonly podDeadlineSeconds: number | null;
  readonly jobDeadlineSeconds: number | null;
  /** Of one pod. */
  readonly podResources: Resources;
  /** Of all pods that work at the same time. */
  readonly resourcesAtOnce: Resources;
}

/** The sums of containers. A limit is null if one of the containers has none. */
export interface Resources {
  readonly cpuRequest: number;
  readonly cpuLimit: number | null;
  readonly memoryRequestBytes: number;
  readonly memoryLimitBytes: number | null;
}

export interface FailureExplanation {
  readonly toleratedDeadLetters: number;
  /** How many pods of the Job may fail: with a courier, for reasons other than an item. Null if each index has a limit of its own. */
  readonly backoffLimit: number | null;
  readonly backoffLimitPerIndex: number | null;
}

/** What the NetworkPolicies of the manifest allow the worker pods, if the cluster enforces them. Null: everything. */
export interface NetworkExplanation {
  readonly egress: readonly string[] | null;
  readonly ingress: readonly string[] | null;
}
