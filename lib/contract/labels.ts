/** The labels of this package, which say to what an object belongs. They select; the names of objects do not. */
export const Label = {
  /** The chart of the object: see `chartLabels`. All objects that this package creates have it. */
  CHART: 'cdk8s-work-queue/chart',
  /** The name of the work queue. The Jobs of seeder and worker and their pods have it. */
  QUEUE: 'cdk8s-work-queue/queue',
  /** The name of the run, as in {@link ItemHeader.RUN}. The objects with the label {@link Label.QUEUE} have it. */
  RUN: 'cdk8s-work-queue/run',
  /** On a Job that `dead retry` has created: the number of the retry, from 1. */
  RETRY: 'cdk8s-work-queue/retry',
  /** On a Job without couriers and its pods: how the program gets the items, a `DeliveryName`. */
  DELIVERY: 'cdk8s-work-queue/delivery',
  /** Of which broker the pod is a client. */
  BROKER: 'cdk8s-work-queue/broker',
  /** On a pod whose connections the broker's NetworkPolicy restricts. */
  NETWORK: 'cdk8s-work-queue/network',
  /** The label of Kubernetes that says what an object is for: of a Job and its pods, the name of its container. */
  COMPONENT: 'app.kubernetes.io/component',
  /** The label of Kubernetes that names the application to which an object belongs: the same as {@link Label.CHART}. */
  PART_OF: 'app.kubernetes.io/part-of',
} as const;

/** The label of Kubernetes that names the tool which manages an object, and its value. */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'cdk8s-work-queue' } as const;
