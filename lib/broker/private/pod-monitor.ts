import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { PodMonitor as PrometheusPodMonitor } from '../../../imports/monitoring.coreos.com';

export interface PodMonitorProps {
  /** The labels of the pods, which are in the namespace of this object. */
  readonly podLabels: Record<string, string>;
}

/** The name of the container's port that serves the metrics. */
export const METRICS_PORT = 'prometheus';

/** The path at which RabbitMQ serves the metrics. */
export const METRICS_PATH = '/metrics';

/**
 * Tells the Prometheus operator which pods serve metrics.
 *
 * This is an `ApiObject` with the imported manifest, for the same reason as `Certificate`.
 */
export class PodMonitor extends ApiObject {
  constructor(scope: Construct, id: string, props: PodMonitorProps) {
    const manifest = PrometheusPodMonitor.manifest({
      spec: {
        selector: { matchLabels: props.podLabels },
        podMetricsEndpoints: [{ port: METRICS_PORT, path: METRICS_PATH }],
      },
    });
    super(scope, id, manifest);
  }
}
