import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { within } from './wait';

/**
 * As much AMQP 0-9-1 as the rehearsal needs: to log in, which tells that a broker is up and which version it is, and to
 * delete queues. A client library would be a run-time dependency of the package.
 */
export interface Login {
  readonly version?: string;
  deleteQueue(name: string): Promise<void>;
  close(): void;
}

const Method = {
  START: [10, 10],
  START_OK: [10, 11],
  TUNE: [10, 30],
  TUNE_OK: [10, 31],
  OPEN: [10, 40],
  OPEN_OK: [10, 41],
  CLOSE: [10, 50],
  CHANNEL_OPEN: [20, 10],
  CHANNEL_OPEN_OK: [20, 11],
  QUEUE_DELETE: [50, 40],
  QUEUE_DELETE_OK: [50, 41],
} as const;

/** Client properties that ask for a reason when the broker does not let us in. */
const CAPABILITIES = long(`\x0ccapabilitiesF${long('\x1cauthentication_failure_closet\x01')}`);

const METHOD_FRAME = 1;
const FRAME_HEADER = 7;
const FRAME_END = 0xce;

export async function login(url: string, seconds: number): Promise<Login> {
  const { hostname, port, protocol, username, password, pathname } = new URL(url);
  const tls = protocol === 'amqps:';
  const at = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (tls ? 5671 : 5672)) };
  const socket = tls ? connectTls({ ...at, servername: at.host }) : connectTcp(at);
  const methods = new Methods(socket);
  const virtualHost = pathname.length > 1 ? decodeURIComponent(pathname.slice(1)) : '/';
  const user = decodeURIComponent(username || 'guest');
  const secret = decodeURIComponent(password || 'guest');
  try {
    return await within(
      seconds,
      (async () => {
        socket.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
        const start = await methods.next(Method.START);
        const plain = [CAPABILITIES, short('PLAIN'), long(`\0${user}\0${secret}`), short('en_US')];
        methods.send(0, Method.START_OK, ...plain);
        const tune = await methods.next(Method.TUNE);
        methods.send(0, Method.TUNE_OK, tune.subarray(4, 10), Buffer.alloc(2)); // no heartbeats
        methods.send(0, Method.OPEN, short(virtualHost), short(''), Buffer.alloc(1));
        await methods.next(Method.OPEN_OK);
        methods.send(1, Method.CHANNEL_OPEN, short(''));
        await methods.next(Method.CHANNEL_OPEN_OK);
        return {
          version: versionIn(start),
          deleteQueue: async (name) => {
            methods.send(1, Method.QUEUE_DELETE, Buffer.alloc(2), short(name), Buffer.alloc(1));
            await within(seconds, methods.next(Method.QUEUE_DELETE_OK), `deleting queue ${name}`);
          },
          close: () => socket.destroy(),
        };
      })(),
      `logging in at ${at.host}:${at.port}`,
    );
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The methods that arrive on a connection, one after the other. */
class Methods {
  private received = Buffer.alloc(0);
  private failure?: Error;
  private wake: () => void = () => {};

  constructor(private readonly socket: Socket) {
    socket.on('data', (data) => {
      this.received = Buffer.concat([this.received, data]);
      this.wake();
    });
    const fail = (error: Error) => {
      this.failure ??= error;
      this.wake();
    };
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the broker closed the connection')));
  }

  send(channel: number, method: readonly [number, number], ...args: Buffer[]): void {
    const payload = Buffer.concat([Buffer.from([0, method[0], 0, method[1]]), ...args]);
    const header = Buffer.alloc(FRAME_HEADER);
    header.writeUInt8(METHOD_FRAME);
    header.writeUInt16BE(channel, 1);
    header.writeUInt32BE(payload.length, 3);
    this.socket.write(Buffer.concat([header, payload, Buffer.from([FRAME_END])]));
  }

  /** Awaits this method; gives its payload. */
  async next([classId, methodId]: readonly [number, number]): Promise<Buffer> {
    for (;;) {
      const frame = this.takeFrame();
      if (frame === undefined) {
        if (this.failure) throw this.failure;
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      } else if (frame.type === METHOD_FRAME) {
        const [gotClass, gotMethod] = [frame.payload.readUInt16BE(0), frame.payload.readUInt16BE(2)];
        if (gotClass === classId && gotMethod === methodId) return frame.payload;
        // connection.close and channel.close begin alike: code, text
        const text = frame.payload.subarray(7, 7 + (frame.payload[6] ?? 0)).toString();
        throw new Error(`the broker refuses: ${text}`);
      }
    }
  }

  private takeFrame(): { type: number; payload: Buffer } | undefined {
    if (this.received.length < FRAME_HEADER) return undefined;
    const end = FRAME_HEADER + this.received.readUInt32BE(3);
    if (this.received.length <= end) return undefined;
    const frame = { type: this.received.readUInt8(0), payload: this.received.subarray(FRAME_HEADER, end) };
    this.received = this.received.subarray(end + 1);
    return frame;
  }
}

function short(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function long(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The value of `version` among the server's properties. */
function versionIn(start: Buffer): string | undefined {
  const key = Buffer.from('\x07versionS', 'latin1');
  const at = start.indexOf(key);
  if (at < 0) return undefined;
  const value = at + key.length;
  return start.subarray(value + 4, value + 4 + start.readUInt32BE(value)).toString();
}
