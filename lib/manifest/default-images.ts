/** The default images of this package. */
export const NODE_IMAGE = 'node:24-slim';
export const RABBITMQ_IMAGE = 'rabbitmq:4.3';
