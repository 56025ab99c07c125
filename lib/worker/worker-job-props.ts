import type { ApiObjectMetadata, Duration } from 'cdk8s';
import type * as kplus from 'cdk8s-plus-28';
import type { Network } from '../broker/network';
import type { TopologySpread } from '../manifest/topology-spread';
import type { IWorkQueue } from '../queue/work-queue';
import type { Program } from './program';

/** Properties that all Jobs have which process the items of a queue. */
export interface WorkerJobProps {
  /** The queue whose items the Job processes. */
  readonly queue: IWorkQueue;

  /** The image that contains what the program needs. It must have `/bin/sh`. It needs nothing of this package. */
  readonly image: string;

  /** The program that runs on each item. */
  readonly program: Program;

  /**
   * How many times an item is tried. Minimum: 1. When all attempts have failed, the item becomes a dead letter: it goes
   * to the queue `<queue>.dead` with the reason, and the Job continues with the other items.
   *
   * A pod may hold an item for `maxAttempts` times the sum of `itemTimeout`, the grace period and 2 minutes. By
   * default, the queue allows two weeks for this. If two weeks are not enough, the queue gets another argument and so
   * another name, and then all items are processed again.
   *
   * @default 3
   */
  readonly maxAttempts?: number;

  /**
   * The exit codes with which the program says that another attempt would be useless, such as 65 for wrong input. Each
   * is a whole number from 1 to 255. After one of them, the item becomes a dead letter at once, whatever `maxAttempts`
   * is, and the reason says so. Every other failure is tried again, also one by `itemTimeout` or by the death of the
   * worker's container.
   *
   * If signal N ended the program, its exit code is 128 + N, as in a shell. With 126 and 127, a shell says that the
   * program is not executable or does not exist. A list that you give replaces the default, so repeat 126 and 127 in it
   * if they are to stay permanent. With an empty list, no exit code is permanent.
   *
   * @default [126, 127]
   */
  readonly permanentExitCodes?: number[];

  /**
   * How many times an item may be interrupted. Minimum: 1. An item is interrupted if its pod is evicted or deleted, or
   * dies, or loses the broker, before the program has ended. That is not an attempt, because usually the item is not
   * the cause. But an item may also fill a volume, for which its pod is evicted wherever it runs. So with this many
   * interruptions, the item becomes a dead letter without another attempt. After each interruption, other items have
   * their turn first.
   *
   * Increase it if long items run on nodes that are often taken away, such as spot instances.
   *
   * @default 10
   */
  readonly maxInterruptions?: number;

  /**
   * How long one attempt of an item may take, in whole seconds, from 1 s to 24 days. When the time is over, the program
   * gets SIGTERM, then SIGKILL after `terminationGracePeriod`, and the attempt has failed. For more than a few days,
   * see `maxAttempts`.
   *
   * @default Duration.hours(1)
   */
  readonly itemTimeout?: Duration;

  /**
   * How many dead letters the Job tolerates. Minimum: 0. With more dead letters, the Job fails when all other items are
   * done. It cannot be combined with `toleratedDeadLettersPercent`.
   *
   * @default 0
   */
  readonly toleratedDeadLetters?: number;

  /**
   * How many dead letters the Job tolerates, in percent of the number of items. From 0 to 100; fractions such as 0.5 are
   * accepted. The number of dead letters is computed at synth and rounded down, so 5 percent of 50 items are 2. It
   * cannot be combined with `toleratedDeadLetters`.
   *
   * @default - none: `toleratedDeadLetters` counts
   */
  readonly toleratedDeadLettersPercent?: number;

  /**
   * How long the Job may run, in whole seconds, up to ten years. After this time it fails, even if items are left. The
   * minimum is 1 s, or `itemTimeout` if that is given. It may be changed while the Job runs.
   *
   * @default - the longest time that the Job can take: a day for the cluster, the images, the broker and the seeder,
   * and for each attempt of each item, one after the other, the sum of `itemTimeout`, `terminationGracePeriod` and 2
   * minutes. It is at most ten years. So even a Job that hangs for an unforeseen reason ends
   */
  readonly activeDeadline?: Duration;

  /**
   * How long the Job remains in the cluster after its end, in whole seconds, up to ten years. The next `kubectl apply`
   * creates a removed Job again. The new Job sees that everything is done, and completes.
   * https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
   *
   * @default - forever
   */
  readonly ttlAfterFinished?: Duration;

  /**
   * How long the program may take to end after SIGTERM when an item takes too long, and how long its pod may take to
   * end when the pod is evicted or deleted. In whole seconds, from 1 s to 24 days.
   *
   * When the pod has to end, its last 5 s are reserved for giving the item to another pod, or its last 30 % if that is
   * less. So the program then has that much less time.
   *
   * @default Duration.seconds(30)
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * Environment variables of the program. A name has letters, digits and `_`, and does not begin with a digit, because
   * shells do not pass on other names. A variable, including its name, has at most 131,071 bytes and no NUL.
   *
   * The program always has `QUEUE`, the name of the queue; `WORK_QUEUE_RUN`, the name of the run; `WORK_ITEM_INDEX`,
   * the item's number, from 0; and `WORK_ITEM_ATTEMPT`, which is 1 at the item's first attempt. You cannot set these
   * names, `TERMINATION_LOG`, or names that begin with `wq_`.
   *
   * A value may refer to other variables with `$(NAME)`, also to `QUEUE`, but not to those that the courier sets for
   * each item. `$$(NAME)` stands for `$(NAME)` itself. The order in which variables are given means nothing: the pods
   * have them sorted by name, each one after those that it refers to. If variables refer to each other in a circle,
   * Kubernetes does not expand all of the references.
   *
   * `Program.ITEM` in a value stands for the item, and `Program.field` for a field of it:
   * `LR: EnvValue.fromValue(Program.field('lr'))`. Such a variable is set anew for each item, and nothing else in its
   * value is expanded, also not `$(NAME)`. It cannot have a name that shells use for themselves, such as `PATH`, and
   * the same limits apply as for an argument.
   *
   * @default - only the variables that the program always has
   */
  readonly envVariables?: { readonly [name: string]: kplus.EnvValue };

  /**
   * The name of an environment variable that contains the item, such as `FRAME`, for a program that reads it there. The
   * rules for `envVariables` apply to the name. Names that shells use for themselves, such as `PATH`, are not accepted
   * either.
   *
   * A variable of a Linux process, including its name, has at most 131,071 bytes and no NUL. An item that is too long
   * is an error at synth if the queue knows its items, as a `QueueSeeder` does. If the queue does not know its items,
   * or if the item contains a NUL, the item becomes a dead letter at once.
   *
   * @default - none: the item is on standard input, and in the place of `Program.ITEM`
   */
  readonly itemVariable?: string;

  /**
   * Whole ConfigMaps and Secrets as environment variables of the program. Most shells do not pass on keys that are not
   * valid names for `envVariables`, such as `app.name`, so these do not reach the program. A key must not be
   * `TERMINATION_LOG` or begin with `wq_`.
   *
   * @default - none
   */
  readonly envFrom?: kplus.EnvFrom[];

  /**
   * The resource requests and limits of the worker's container. No request may exceed its limit.
   *
   * @default - no requests and limits; a LimitRange of the namespace may set them
   */
  readonly resources?: kplus.ContainerResources;

  /**
   * The resource requests and limits of the container `courier`. No request may exceed its limit. Its memory
   * contains Node.js, an item or two, and the shared volume of at most 64 MiB. Set them if a ResourceQuota or a LimitRange of the namespace refuses the default.
   *
   * A limit of ephemeral storage can evict the pod because of what the worker writes, unless `resources` has one too.
   *
   * @default - requests of 10m CPU and 48Mi memory, a memory limit of 256Mi
   */
  readonly courierResources?: kplus.ContainerResources;

  /**
   * Additional volumes of the pod, which `volumeMounts` does not mention.
   *
   * @default - none
   */
  readonly volumes?: kplus.Volume[];

  /**
   * The volumes that the program sees, and their paths.
   *
   * A path must be absolute, and each path may occur only once. It must not be `/`, or be at or below
   * `/run/work-queue`, `/opt/work-queue` or `/dev/termination-log`. A mount above one of these paths must not be
   * read-only.
   *
   * @default - none
   */
  readonly volumeMounts?: kplus.VolumeMount[];

  /**
   * What the program may reach, if the broker restricts its network and the cluster enforces NetworkPolicies. With
   * `Network.RESTRICTED`, it may reach only the broker and port 53 of any address, which is where DNS servers listen,
   * and no pod may reach it. A program that downloads files, queries a database or serves needs `Network.OPEN`.
   *
   * With an existing broker (`RabbitMQ.fromExisting`, `RabbitMQ.fromClusterOperator`), this package creates no
   * NetworkPolicies.
   *
   * @default Network.RESTRICTED
   */
  readonly network?: Network;

  /**
   * The service account of the pod.
   *
   * @default - the namespace's default account
   */
  readonly serviceAccount?: kplus.IServiceAccount;

  /**
   * Whether the pod gets the token of its service account, for programs that use the Kubernetes API.
   *
   * @default false
   */
  readonly automountServiceAccountToken?: boolean;

  /**
   * A Secret of the type `kubernetes.io/dockerconfigjson` with which both images of the pod are pulled.
   *
   * @default - none
   */
  readonly dockerRegistryAuth?: kplus.ISecret;

  /**
   * Security settings of the pod. With `ensureNonRoot: false` and no user, the program runs as the user of the image.
   * With `ensureNonRoot: true`, which is the default, user 0 (root) is an error.
   *
   * @default - the program must not run as root
   */
  readonly securityContext?: kplus.PodSecurityContextProps;

  /**
   * Security settings of the worker's container. Each setting that is not given follows the `restricted` Pod Security
   * Standard. The exception is `privileged: true`, with which Kubernetes requires that privileges may escalate.
   * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
   *
   * @default - user and group 1000, whatever the image says, unless those of the pod are set; no capabilities; no
   * escalation of privileges; the runtime's default seccomp profile; a writable root file system
   */
  readonly containerSecurityContext?: kplus.ContainerSecurityContextProps;

  /**
   * The folder in which the program starts. It is the same for each item.
   *
   * @default - the folder that the image sets
   */
  readonly workingDir?: string;

  /**
   * When the worker's image is pulled.
   *
   * @default - the default of Kubernetes: always if the tag is `latest` or missing, otherwise only if the node does not
   * have it
   */
  readonly imagePullPolicy?: kplus.ImagePullPolicy;

  /**
   * Labels and annotations of the pods.
   *
   * @default - only those that the constructs set
   */
  readonly podMetadata?: ApiObjectMetadata;

  /**
   * The PriorityClass of the pods. A pod of a lower class may be terminated for one of a higher class. Another pod then
   * takes its item, and no attempt is lost.
   * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
   *
   * @default - the default class of the cluster, if it has one
   */
  readonly priorityClassName?: string;

  /**
   * How the Job's pods are spread over the nodes or zones of the cluster. Each label of nodes may occur once. The pods
   * that have ended do not count, and those of an older Job of the same path do.
   *
   * @default - the cluster decides
   */
  readonly topologySpread?: TopologySpread[];

  /**
   * Additional entries in the `/etc/hosts` of the pods.
   *
   * @default - none
   */
  readonly hostAliases?: kplus.HostAlias[];

  /**
   * DNS settings of the pods.
   *
   * @default - those of the cluster
   */
  readonly dns?: kplus.PodDnsProps;
}
