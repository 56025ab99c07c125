import type { ContainerProps } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { ContainerName } from '../../contract/containers';
import { DeliveryName } from '../../contract/delivery';
import { ExitCode } from '../../contract/exit-codes';
import { IGNORE_DISRUPTION } from '../../manifest/content-named-job';
import { CLIENT_VARIABLES, clientPod } from './client-pod';
import type { DeliveryWay, JobProps, PodSettings } from './delivery-way';
import { exitRule } from './exit-rule';
import { requireNoCourierProps, requireNoItemFile } from './without-courier';
import { workerContainer } from './worker-container';

const CALL = 'Delivery.none()';

/** The program is a client of the broker by itself. */
export const OWN_CONSUMER_WAY: DeliveryWay = {
  name: DeliveryName.NONE,
  variables: CLIENT_VARIABLES,
  failureRules: [
    exitRule('FailJob', ContainerName.WORKER, 'In', [ExitCode.TOO_MANY_DEAD_LETTERS]),
    // A failed program counts towards the `backoffLimit`.
    IGNORE_DISRUPTION,
  ],
  requireSupported(context: string, props: JobProps): void {
    requireNoCourierProps(context, CALL, props);
    requireNoItemFile(context, CALL, props);
  },
  containers: ownConsumerPod,
};

function ownConsumerPod(job: Construct, settings: PodSettings): ContainerProps[] {
  const { program } = settings.props;
  return [workerContainer(job, settings.props, { command: program._command(), ...clientPod(job, settings) })];
}
