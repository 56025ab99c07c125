import type { ApiObjectMetadata, Duration } from 'cdk8s';
import type * as kplus from 'cdk8s-plus-28';
import type { Network } from '../broker/network';
import type { IWorkQueue } from '../queue/work-queue';
import type { Program } from './program';

/** Properties for a Job that works on the items of a queue. */
export interface CoarseWorkerJobProps {
  /** The queue whose items are worked on. */
  readonly queue: IWorkQueue;

  /** The image that has what the program needs. It must have `/bin/sh`; nothing of this package needs to be in it. */
  readonly image: string;

  /** What runs on each item. */
  readonly program: Program;

  /**
   * How many pods work at the same time, at least 1. It may be changed while the Job runs. More than `completions` is no
   * error: Kubernetes starts no more than are needed.
   * https://kubernetes.io/docs/concepts/workloads/controllers/job/#controlling-parallelism
   *
   * @default 1
   */
  readonly parallelism?: number;

  /**
   * How many items a pod works on, one after the other, before it ends, at least 1. More than 1 saves the start of a pod,
   * a second or more, for each further item.
   *
   * @default 1
   */
  readonly itemsPerPod?: number;

  /**
   * How often an item is tried, at least 1. After that it is a dead letter: it goes to the queue `<queue>.dead` with the
   * reason, and the Job goes on with the others.
   *
   * Times `itemTimeout`, and 2 minutes and the grace period each time, it is how long a pod may hold an item. The queue allows
   * for two weeks. Where that is not enough it gets another argument, and so another name: all items are worked on again.
   *
   * @default 3
   */
  readonly maxAttempts?: number;

  /**
   * How long one attempt of an item may take. Over it the program gets SIGTERM, and SIGKILL after `terminationGracePeriod`,
   * and the attempt has failed. In whole seconds, from 1 s to 24 days; see `maxAttempts` for more than some days.
   *
   * @default Duration.hours(1)
   */
  readonly itemTimeout?: Duration;

  /**
   * With how many dead letters the Job still counts as complete, at least 0. With more it fails, when all other items are
   * done.
   *
   * @default 0
   */
  readonly toleratedDeadLetters?: number;

  /**
   * After how many failed pods the Job gives up, at least 0. It counts what is not the fault of an item: a broker that
   * cannot be reached, an image without `/bin/sh`. It may be changed while the Job runs.
   * https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
   *
   * @default - 6 times `parallelism`: what keeps one pod from its work, such as a broker that is away, mostly keeps all
   */
  readonly backoffLimit?: number;

  /**
   * After what time the Job fails, done or not. It may be changed while the Job runs. In whole seconds, from 1 s, or `itemTimeout`
   * where that is given, to ten years.
   *
   * @default - as long as it can take at most: a day for the cluster, the images, the broker and the seeder, and for each
   * attempt of each item, one after the other, `itemTimeout`, `terminationGracePeriod` and 2 minutes. So a Job that hangs for
   * a reason nobody thought of ends too. At most ten years
   */
  readonly activeDeadline?: Duration;

  /**
   * How long the Job stays in the cluster after its end. A Job that is gone is made again by the next `kubectl apply`, and
   * then sees that all is done and completes. In whole seconds, up to ten years.
   * https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
   *
   * @default - for ever
   */
  readonly ttlAfterFinished?: Duration;

  /**
   * How long the program may take to end after SIGTERM, when an item takes too long, and how long its pod may when it is evicted
   * or deleted. The last 5 s of the pod, or 30 % where that is less, are for giving the item to another one, so the program has
   * that much less then. In whole seconds, from 1 s to 24 days.
   *
   * @default Duration.seconds(30)
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * Environment variables of the program. There already are `QUEUE`, the name of the queue; `WORK_QUEUE_RUN`, the name of the
   * run; `WORK_ITEM_INDEX`, the item's number, from 0; and `WORK_ITEM_ATTEMPT`, 1 at its first attempt. A name has letters,
   * digits and `_`, and no digit in front: shells do not pass on others. `TERMINATION_LOG` and names that begin with `wq_` are
   * taken. With its name a variable has at most 131,071 bytes, and no NUL.
   *
   * @default - only these
   */
  readonly envVariables?: { readonly [name: string]: kplus.EnvValue };

  /**
   * The name of an environment variable that holds the item, for a program that reads it there, such as `FRAME`. A variable of a
   * Linux process has, with its name, at most 131,071 bytes, and no NUL. An item that is too long is an error at synth where the
   * queue knows its items, as a `QueueSeeder` does; else, and with a NUL, it becomes a dead letter at once. Names are as those of
   * `envVariables`, without those that shells use for themselves, such as `PATH`.
   *
   * @default - none: the item is on standard input, and where `Program.ITEM` stands
   */
  readonly itemVariable?: string;

  /**
   * Whole ConfigMaps and Secrets as environment variables of the program. Keys that are no names as `envVariables` has them, such
   * as `app.name`, do not reach it: most shells do not pass them on. Keys must not be `TERMINATION_LOG` or begin with `wq_`.
   *
   * @default - none
   */
  readonly envFrom?: kplus.EnvFrom[];

  /**
   * What the worker's container asks for and may use: no request over its limit.
   *
   * @default - nothing is set; a LimitRange of the namespace may
   */
  readonly resources?: kplus.ContainerResources;

  /**
   * Volumes of the pod that no `volumeMounts` names.
   *
   * @default - none
   */
  readonly volumes?: kplus.Volume[];

  /**
   * Volumes that the program sees, and where: absolute paths, each once, but not `/`, and neither at nor below `/run/work-queue`,
   * `/opt/work-queue` and `/dev/termination-log`. Above one of these they must not be read-only.
   *
   * @default - none
   */
  readonly volumeMounts?: kplus.VolumeMount[];

  /**
   * What the program may reach, where the broker restricts its network and the cluster enforces NetworkPolicies. Restricted, it
   * is DNS and the broker: a program that downloads, or asks a database, needs an open one. For a broker that runs already
   * (`RabbitMQ.fromExisting`, `RabbitMQ.fromClusterOperator`) no policy is made.
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
   * Whether the pod gets the token of its service account, for programs that use Kubernetes' API.
   *
   * @default false
   */
  readonly automountServiceAccountToken?: boolean;

  /**
   * A Secret of the type `kubernetes.io/dockerconfigjson` to pull both images of the pod with.
   *
   * @default - none
   */
  readonly dockerRegistryAuth?: kplus.ISecret;

  /**
   * Security settings of the pod. With `ensureNonRoot: false` and no user the program runs as the image says. Without it user 0,
   * root, is an error.
   *
   * @default - no root
   */
  readonly securityContext?: kplus.PodSecurityContextProps;

  /**
   * Security settings of the worker's container. What is not given stays as the `restricted` Pod Security Standard asks;
   * but with `privileged: true` privileges escalate, as Kubernetes demands.
   * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
   *
   * @default - user and group 1000 unless the pod's are set, whatever the image says; no capabilities, no escalation of
   * privileges, the runtime's default seccomp profile; the root file system can be written to
   */
  readonly containerSecurityContext?: kplus.ContainerSecurityContextProps;

  /**
   * The folder that the program starts in.
   *
   * @default - as the image says
   */
  readonly workingDir?: string;

  /**
   * When the worker's image is pulled.
   *
   * @default - as Kubernetes does: always with the tag `latest` or none, else if it is not there
   */
  readonly imagePullPolicy?: kplus.ImagePullPolicy;

  /**
   * Labels and annotations of the pods.
   *
   * @default - only those that the constructs set
   */
  readonly podMetadata?: ApiObjectMetadata;

  /**
   * Further lines of the pods' `/etc/hosts`.
   *
   * @default - none
   */
  readonly hostAliases?: kplus.HostAlias[];

  /**
   * DNS settings of the pods.
   *
   * @default - the cluster's
   */
  readonly dns?: kplus.PodDnsProps;
}
