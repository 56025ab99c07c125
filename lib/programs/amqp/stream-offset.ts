/**
 * The argument of a consumer that says from where a stream is read, and the header of a message of a stream that says where the
 * message is. https://www.rabbitmq.com/docs/streams#consuming
 */
export const STREAM_OFFSET = 'x-stream-offset';
