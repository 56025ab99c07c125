import { ContainerName } from './containers';
import { Label } from './labels';

/** The values of {@link Label.DELIVERY}. */
export const DeliveryName = {
  /** `consume.sh` has amqp-consume take an item. */
  AMQP_CONSUME: 'amqp-consume',
  /** The program is a client of the broker. */
  NONE: 'none',
} as const;

export type DeliveryName = (typeof DeliveryName)[keyof typeof DeliveryName];

type Labels = Readonly<Record<string, string>>;

/** How the program gets the items, by the labels of a worker Job or of one of its pods. Nothing if there is a courier. */
export function deliveryOf(labels: Labels = {}): DeliveryName | undefined {
  return Object.values(DeliveryName).find((name) => name === labels[Label.DELIVERY]);
}

/**
 * The container of such a pod that takes the items: its variables say what the Job does, and its termination message how the pod
 * has ended.
 */
export function containerThatTakesItems(labels?: Labels): string {
  return deliveryOf(labels) ? ContainerName.WORKER : ContainerName.COURIER;
}
