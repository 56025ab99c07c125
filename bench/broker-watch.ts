import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withDescendants } from './process-tree';

export interface Footprint {
  readonly disk: number;
  readonly memory: number;
}

const LOOK_MS = 500;

/** Disk and memory of a RabbitMQ that is a process of this machine: now, and at most in a while. Only on Linux. */
export class BrokerWatch {
  private readonly data: string;
  private readonly server: number;
  private looks?: NodeJS.Timeout;
  private peak: Footprint = { disk: 0, memory: 0 };

  constructor(pid: number) {
    const [, data] = /(?:^|\0)RABBITMQ_MNESIA_BASE=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? [];
    const server = withDescendants(pid).find((one) => /beam/.test(readFileSync(`/proc/${one}/comm`, 'utf8')));
    if (data === undefined || server === undefined) throw new Error(`process ${pid} is not a RabbitMQ`);
    this.data = data;
    this.server = server;
  }

  start(): void {
    this.peak = { disk: 0, memory: 0 };
    this.looks = setInterval(() => this.look(), LOOK_MS);
  }

  stop(): Footprint {
    this.look();
    clearInterval(this.looks);
    return this.peak;
  }

  look(): Footprint {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.server}/status`, 'utf8')) ?? [];
    const now = { disk: allocated(this.data), memory: Number(kibibytes) * 1024 };
    this.peak = { disk: Math.max(this.peak.disk, now.disk), memory: Math.max(this.peak.memory, now.memory) };
    return now;
  }
}

/** The blocks that the files of a folder occupy, in bytes. Files may disappear meanwhile. */
function allocated(folder: string): number {
  try {
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      const path = join(folder, entry.name);
      return sum + (entry.isDirectory() ? allocated(path) : (blocks(path) ?? 0));
    }, 0);
  } catch {
    return 0;
  }
}

function blocks(file: string): number | undefined {
  try {
    return lstatSync(file).blocks * 512;
  } catch {
    return undefined;
  }
}
