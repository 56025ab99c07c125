import type { ContainerProps } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { DeliveryName } from '../../contract/delivery';
import { MountPath } from '../../contract/mount-paths';
import { IGNORE_DISRUPTION } from '../../manifest/content-named-job';
import { programsMount, programsVolume } from '../../manifest/program-container';
import { Check } from '../../validation/check';
import { CLIENT_VARIABLES, clientPod } from './client-pod';
import type { DeliveryWay, JobProps, PodSettings } from './delivery-way';
import { sharedVolume } from './shared-volume';
import { requireNoCourierProps } from './without-courier';
import { workerContainer } from './worker-container';

const CONSUME = 'consume.sh';

const CALL = 'Delivery.amqpConsume()';

/** The program's container has a script that has amqp-consume, a program of the image, take one item. */
export const AMQP_CONSUME_WAY: DeliveryWay = {
  name: DeliveryName.AMQP_CONSUME,
  variables: CLIENT_VARIABLES,
  // A failed program counts towards the `backoffLimit`, because nothing else counts its attempts.
  failureRules: [IGNORE_DISRUPTION],
  requireSupported,
  containers: amqpConsumePod,
};

function requireSupported(context: string, props: JobProps): void {
  requireNoCourierProps(context, CALL, props);
  const { itemsPerPod = 1, queue } = props;
  const check = new Check(context);
  if (itemsPerPod !== 1) {
    const rule = `must be 1 with ${CALL}, because amqp-consume does not say which of several items has failed`;
    throw check.conflict('itemsPerPod', itemsPerPod, rule, 'Omit itemsPerPod, or omit delivery.');
  }
  const { serverName } = queue.broker.connection;
  if (serverName !== undefined) {
    const rule = `cannot be combined with ${CALL}, because amqp-consume accepts only a certificate for the broker's host`;
    const hint = "Use a host that the broker's certificate is valid for, or omit delivery.";
    throw check.conflict('serverName of the broker', JSON.stringify(serverName), rule, hint);
  }
}

function amqpConsumePod(job: Construct, settings: PodSettings): ContainerProps[] {
  const { program } = settings.props;
  const programs = programsVolume(job, 'amqp-consume', [CONSUME]);
  const client = clientPod(job, settings);
  const worker = workerContainer(job, settings.props, {
    command: ['/bin/sh', `${MountPath.PROGRAMS}/${CONSUME}`, MountPath.SHARED_VOLUME, ...program._command()],
    env: client.env,
    volumeMounts: [
      programsMount(programs),
      { path: MountPath.SHARED_VOLUME, volume: sharedVolume(job) },
      ...client.volumeMounts,
    ],
  });
  return [worker];
}
