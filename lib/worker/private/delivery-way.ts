import type { ContainerProps } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { DeliveryName } from '../../contract/delivery';
import type { WorkerJobProps } from '../worker-job-props';
import type { WorkerLimits } from './worker-limits';

/** The properties of a Job that a way may have to refuse. */
export interface JobProps extends WorkerJobProps {
  readonly itemsPerPod?: number;
}

/** What a pod is made from. */
export interface PodSettings {
  readonly props: WorkerJobProps;
  readonly limits: WorkerLimits;
  /** Numbers, by the names of their variables. */
  readonly share: Readonly<Record<string, number>>;
}

/** How the program gets the items: what the ways do not share. */
export interface DeliveryWay {
  /** Missing if there is a courier. */
  readonly name?: DeliveryName;

  /** The variables that the program gets from this package, and what they always contain. */
  readonly variables: ReadonlyMap<string, string>;

  /** The rules of the Job's `podFailurePolicy`. */
  readonly failureRules: readonly object[];

  /** Requires properties that this way can keep. */
  requireSupported(context: string, props: JobProps): void;

  /** The containers of a pod. The worker is the first one. */
  containers(job: Construct, settings: PodSettings): ContainerProps[];
}
