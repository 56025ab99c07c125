import { AMQP_CONSUME_WAY } from './private/amqp-consume-way';
import { COURIER_WAY } from './private/courier-way';
import type { DeliveryWay } from './private/delivery-way';
import { OWN_CONSUMER_WAY } from './private/own-consumer-way';

/** How the program of a `CoarseWorkerJob` gets the items of its queue. */
export class Delivery {
  /**
   * A second container, the courier, takes the items, gives them to the program, and settles them. The program does not
   * need to know about queues. This is the default, and the only way in which everything works that this package
   * promises.
   */
  public static courier(): Delivery {
    return new Delivery(COURIER_WAY);
  }

  /**
   * The program `amqp-consume` takes an item and gives it to the program, as on the page "Coarse Parallel Processing
   * Using a Work Queue" of Kubernetes. The image must have `amqp-consume`, from the package `amqp-tools`, besides
   * `/bin/sh`, `cat`, `env`, `od`, `sed`, `sleep`, `tr` and `wc`.
   *
   * The pod has one container, in which a script of this package starts `amqp-consume`. The script ends with 0 only if
   * the program has ended with 0 and the broker has the acknowledgement. It passes SIGTERM to the program, and ends a
   * program that takes longer than `itemTimeout`. If the program fails, the item returns to the queue, and the pod
   * counts towards `backoffLimit`.
   *
   * A pod processes one item. Nothing records which items are done, so the Job may be Complete although an item is left
   * if the broker forgets an acknowledgement. If an item becomes a dead letter, which the broker does after 20
   * deliveries, one pod waits in vain for half an hour; such pods count towards `backoffLimit` until the Job fails.
   * Nothing of this package can say later what was done: `verify`, `logs` and `dead retry` refuse.
   *
   * With TLS, `amqp-consume` accepts only a certificate that is valid for the broker's host, and gets the credentials as
   * an argument, which is in the list of the node's processes. For `Trust.publicAuthorities()`, the image must have
   * `/etc/ssl/certs/ca-certificates.crt`.
   */
  public static amqpConsume(): Delivery {
    return new Delivery(AMQP_CONSUME_WAY);
  }

  /**
   * The program is a client of the broker: it takes the items from the queue, acknowledges them, and records that they
   * are done. `docs/own-consumers.md` describes what it must do for a run to be Complete exactly when each item is
   * settled.
   *
   * The pod has one container, which runs the program and nothing else. The program has these variables: `BROKER_URL`,
   * the address of the broker without credentials; `BROKER_CREDENTIALS_DIR`, a folder with the files `username` and
   * `password`; `BROKER_CA_FILE` and `BROKER_SERVER_NAME`, if the broker has them; `QUEUE`, `WORK_QUEUE_RUN`,
   * `ITEM_COUNT`, `ITEMS_PER_POD`, `ITEM_TIMEOUT_SECONDS`, `TERMINATION_GRACE_SECONDS`, `POD_NAME` and `NODE_NAME`.
   *
   * A pod succeeds if the program ends with 0. With 20, the Job fails at once. Any other pod that fails counts towards
   * `backoffLimit`. The program itself must keep `itemTimeout`; Kubernetes ends a pod only after an hour, plus for each
   * item of `itemsPerPod` the sum of `itemTimeout`, the grace period and 2 minutes.
   */
  public static none(): Delivery {
    return new Delivery(OWN_CONSUMER_WAY);
  }

  private constructor(private readonly way: DeliveryWay) {}

  /** @internal */
  public get _way(): DeliveryWay {
    return this.way;
  }
}
