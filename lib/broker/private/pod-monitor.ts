import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { PodMonitor as PrometheusPodMonitor } from '../../../imports/monitoring.coreos.com';

export interface PodMonitorProps {
  /** Labels of the pods, in the namespace of this object. */
  readonly podLabels: Record<string, string>;
}

/** The name of the port, in the pod's container, that has the metrics. */
export const METRICS_PORT = 'prometheus';

/**
 * Tells the Prometheus operator which pods have metrics.
 *
 * An `ApiObject` with the imported manifest, for the same reason as `Certificate`.
 */
export class PodMonitor extends ApiObject {
  constructor(scope: Construct, id: string, props: PodMonitorProps) {
    const manifest = PrometheusPodMonitor.manifest({
      spec: {
        selector: { matchLabels: props.podLabels },
        podMetricsEndpoints: [{ port: METRICS_PORT, path: '/metrics' }],
      },
    });
    super(scope, id, manifest);
  }
}
