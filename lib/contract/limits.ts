/**
 * The maximum size in bytes of an argument or a variable of a Linux process (MAX_ARG_STRLEN in execve(2)), without the
 * NUL at its end. https://man7.org/linux/man-pages/man2/execve.2.html
 */
export const MAX_ARGUMENT_BYTES = 131_071;

/**
 * The default maximum size of a message in RabbitMQ 4. The broker's configuration states it, so that an image with
 * another default changes nothing. https://www.rabbitmq.com/docs/configure
 */
export const DEFAULT_MESSAGE_BYTES = 16 * 2 ** 20;

/**
 * The maximum size of an item, whatever the broker accepts. The shared volume holds two items at a time, and it counts
 * towards the courier's memory. The courier also holds in memory what it reads.
 */
export const MAX_ITEM_BYTES = 16 * 2 ** 20;

/**
 * The size of the shared volume. It holds an item and, for a moment, the next one as well. The rest is room for what
 * the program leaves there.
 */
export const SHARED_VOLUME_BYTES = 4 * MAX_ITEM_BYTES;

/**
 * How long a container may take from its creation to its first message. The kubelet gives the container runtime the
 * same time (`runtimeRequestTimeout` in https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/).
 * `shim.sh` waits this long for the courier.
 */
export const PEER_APPEARANCE_SECONDS = 120;

/**
 * How long the shim waits for the first message of a courier that has created its FIFOs. `shim.sh` repeats this number.
 */
export const HELLO_SECONDS = 60;

/** How long a pod without a courier waits for an item. `consume.sh` repeats this number. */
export const ITEM_WAIT_SECONDS = 30 * 60;

/**
 * How long a program may take to end after SIGKILL. A program that takes longer cannot end: it may hang in the kernel.
 */
export const KILL_SECONDS = 30;

/** The pause before an item's next attempt. It doubles from `min` up to `max`, and jitter adds up to a half. */
export const ATTEMPT_PAUSE_SECONDS = { min: 1, max: 60 } as const;

/**
 * How long an attempt may take in addition to its run and its grace period: the time to end after SIGKILL, and the
 * longest pause before the next attempt.
 */
const ATTEMPT_OVERHEAD_SECONDS = KILL_SECONDS + ATTEMPT_PAUSE_SECONDS.max * 1.5;

/** How long a pod may hold an item: all its attempts, one after the other. */
export function holdSeconds(maxAttempts: number, itemTimeoutSeconds: number, graceSeconds: number): number {
  return maxAttempts * (itemTimeoutSeconds + graceSeconds + ATTEMPT_OVERHEAD_SECONDS);
}

/**
 * The part of a pod's grace period that remains for the program. The last 5 s, or the last 30 % if that is less, are
 * reserved for settling its item.
 */
export function programGraceSeconds(podGraceSeconds: number): number {
  return podGraceSeconds - settlingSeconds(podGraceSeconds);
}

/**
 * The part of a pod's grace period after which the courier ends, even if the broker has not accepted its item. The rest,
 * half of what is reserved, is for the two containers to end.
 */
export function courierGraceSeconds(podGraceSeconds: number): number {
  return podGraceSeconds - settlingSeconds(podGraceSeconds) / 2;
}

function settlingSeconds(podGraceSeconds: number): number {
  return Math.min(5, podGraceSeconds * 0.3);
}
