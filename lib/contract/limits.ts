/**
 * The largest argument or variable of a Linux process in bytes (MAX_ARG_STRLEN in execve(2)), without the NUL at its end.
 * https://man7.org/linux/man-pages/man2/execve.2.html
 */
export const MAX_ARGUMENT_BYTES = 131_071;

/** The default limit of RabbitMQ 4, stated so that an image with another default changes nothing. https://www.rabbitmq.com/docs/configure */
export const DEFAULT_MESSAGE_BYTES = 16 * 2 ** 20;

/**
 * The largest item, whatever the broker accepts. The shared volume holds two of them, it counts towards the memory of the
 * courier, and the courier holds what it reads beside it.
 */
export const MAX_ITEM_BYTES = 16 * 2 ** 20;

/** The shared volume holds an item and, for a moment, the next one beside it. The rest is room for what the program leaves there. */
export const SHARED_VOLUME_BYTES = 4 * MAX_ITEM_BYTES;

/**
 * How long a container may take to speak from its creation on: the kubelet gives the container runtime as long
 * (`runtimeRequestTimeout` in https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/). `shim.sh` waits as long
 * for the courier.
 */
export const PEER_APPEARANCE_SECONDS = 120;

/** How long the shim waits for the first word of a courier that has made its FIFOs. `shim.sh` has it too. */
export const HELLO_SECONDS = 60;

/** A program that does not end within this time after SIGKILL cannot end: it may hang in the kernel. */
export const KILL_SECONDS = 30;

/** The pause before an item's next attempt doubles from the first value to the second; jitter adds up to a half. */
export const ATTEMPT_PAUSE_SECONDS = { min: 1, max: 60 } as const;

/** What an attempt may take beside its run and its grace period: to die after SIGKILL, and the longest pause before the next one. */
export const ATTEMPT_OVERHEAD_SECONDS = KILL_SECONDS + ATTEMPT_PAUSE_SECONDS.max * 1.5;

/** The part of a pod's grace period that remains for the program: the last 5 s, or 30 % if that is less, are for its item. */
export function programGraceSeconds(podGraceSeconds: number): number {
  return podGraceSeconds - Math.min(5, podGraceSeconds * 0.3);
}
