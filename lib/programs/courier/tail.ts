import type { Socket } from 'node:net';
import { sleep } from '../runtime/time';

const KEPT_BYTES = 2000;

/** The end of a stream. */
export class Tail {
  private kept = Buffer.alloc(0);
  private arrivals = 0;

  constructor(private readonly stream: Socket) {
    stream.on('data', (bytes: Buffer) => {
      this.kept = Buffer.concat([this.kept, bytes]).subarray(-KEPT_BYTES);
      this.arrivals++;
    });
    stream.on('error', () => {}); // what is kept is all there will be
  }

  clear(): void {
    this.kept = Buffer.alloc(0);
  }

  /** What is kept, once nothing more has arrived for a moment: the stream may lag behind the news that the program has ended. */
  async settled(): Promise<string> {
    for (let seen = -1, tries = 0; seen !== this.arrivals && tries < 20; tries++) {
      seen = this.arrivals;
      await sleep(50);
    }
    return this.kept.toString().trim();
  }

  destroy(): void {
    this.stream.destroy();
  }
}
