/** The most bytes of one argument or variable of a Linux process (MAX_ARG_STRLEN in execve(2)), without the NUL at its end. */
export const MOST_ARGUMENT_BYTES = 131_071;

/** RabbitMQ 4's own limit, said so that an image with another one changes nothing. https://www.rabbitmq.com/docs/configure */
export const MESSAGE_BYTES = 16 * 2 ** 20;

/**
 * The worker's pod holds two items in a memory volume of 64 MiB, which counts towards the 256 MiB of the courier, and the
 * courier holds what it reads beside it: whatever the broker takes, larger items could kill it.
 */
export const MOST_ITEM_BYTES = 16 * 2 ** 20;
