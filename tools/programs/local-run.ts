import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import { EnvName } from '../../lib/contract/environment';
import { itemsPiece } from '../../lib/contract/item-frames';
import { RecordHeader, RecordKind } from '../../lib/contract/message-headers';
import { type QueueType, relatedQueues } from '../../lib/contract/queues';
import { WorkItems } from '../../lib/index';
import { freshQueue } from './broker';
import type { ProgramProcess, TestPrograms } from './program-process';
import { ShimProcess } from './shim-process';

/** What the header `run` of each item says. */
export const RUN_NAME = 'test-run';

const COMPLETIONS = 2;

/** Makes a pod the last one of its Job. Without it, it is the first one. */
export const LAST_INDEX = { [EnvName.COMPLETION_INDEX]: String(COMPLETIONS - 1) };

export type LocalQueue = 'work' | 'dead' | 'seeded' | 'ledger' | 'events' | 'settled';

/** A record or an event. */
export interface StreamMessage {
  readonly kind: unknown;
  /** The number of the item, if it is of an item. */
  readonly id: string | undefined;
  readonly details: Record<string, string>;
}

export interface LocalRunOptions {
  readonly items: readonly (string | Buffer)[] | WorkItems;
  readonly env?: Record<string, string>;
  readonly queueType?: QueueType;
  /** The queue's name. */
  readonly queue?: string;
}

/** A queue with its items, and the pods that work on it, without a cluster: real programs, a real broker. */
export class LocalRun {
  readonly queue: string;
  readonly folder = mkdtempSync(join(tmpdir(), 'run-test-'));
  private readonly pods: LocalPod[] = [];
  private readonly itemCount: number;

  constructor(
    private readonly programs: TestPrograms,
    private readonly brokerUrl: string,
    private readonly options: LocalRunOptions,
  ) {
    this.queue = options.queue ?? freshQueue();
    const items = options.items instanceof WorkItems ? options.items : literals(options.items);
    const { pieces, digest } = items._packed;
    this.itemCount = items.count;
    mkdirSync(join(this.folder, 'items'));
    for (const [n, piece] of pieces.entries()) writeFileSync(join(this.folder, 'items', itemsPiece(n)), piece);
    this.seederEnv = {
      ...this.common,
      [EnvName.ITEMS_DIR]: join(this.folder, 'items'),
      [EnvName.ITEMS_DIGEST]: digest,
      [EnvName.QUEUE_TYPE]: options.queueType ?? 'quorum',
      [EnvName.CONSUMER_TIMEOUT_SECONDS]: '86400',
    };
  }

  readonly seederEnv: Record<string, string>;

  private get common(): Record<string, string> {
    return {
      [EnvName.BROKER_URL]: this.brokerUrl,
      [EnvName.QUEUE]: this.queue,
      [EnvName.ITEM_COUNT]: String(this.itemCount),
      [EnvName.RUN]: RUN_NAME,
    };
  }

  seeder(env: Record<string, string> = {}): ProgramProcess {
    return this.programs.start('seeder', { ...this.seederEnv, ...env });
  }

  async seed(): Promise<void> {
    const seeder = this.seeder();
    const code = await seeder.exit;
    if (code !== 0) throw new Error(`the seeder ended with ${code}: ${seeder.log}`);
  }

  /** `volume` is where the two containers of the pod meet, if it has to be a special one. */
  pod(program: readonly string[], env: Record<string, string> = {}, volume?: string): LocalPod {
    const shim = new ShimProcess(['sh'], { volume });
    shim.start(...program);
    const courier = this.programs.start('courier', {
      ...this.common,
      [EnvName.SHARED_VOLUME_DIR]: shim.folder,
      [EnvName.ITEMS_PER_POD]: '1',
      [EnvName.COMPLETIONS]: String(COMPLETIONS),
      [EnvName.COMPLETION_INDEX]: '0',
      [EnvName.MAX_ATTEMPTS]: '3',
      [EnvName.MAX_INTERRUPTIONS]: '10',
      [EnvName.PERMANENT_EXIT_CODES]: '126,127',
      [EnvName.ITEM_TIMEOUT_SECONDS]: '60',
      [EnvName.TOLERATED_DEAD_LETTERS]: '0',
      [EnvName.TERMINATION_GRACE_SECONDS]: '10',
      [EnvName.POD_NAME]: `pod-${this.pods.length}`,
      [EnvName.NODE_NAME]: 'node-1',
      [EnvName.TERMINATION_LOG]: join(this.folder, `last-words-${this.pods.length}`),
      ...this.options.env,
      ...env,
    });
    const pod = new LocalPod(shim, courier);
    this.pods.push(pod);
    return pod;
  }

  /** How many messages one of the run's queues holds ready, by a connection of the test's own. */
  async depth(which: LocalQueue = 'work'): Promise<number> {
    return this.withBroker(async (model) => {
      const channel = await model.createChannel();
      channel.on('error', () => {});
      const name = which === 'work' ? this.queue : relatedQueues(this.queue)[which];
      return (await channel.checkQueue(name)).messageCount;
    });
  }

  async messages(which: LocalQueue): Promise<{ id: string; body: Buffer; headers: Record<string, unknown> }[]> {
    return this.withBroker(async (model) => {
      const channel = await model.createChannel();
      const name = which === 'work' ? this.queue : relatedQueues(this.queue)[which];
      const found = [];
      for (let m = await channel.get(name); m; m = await channel.get(name)) {
        found.push({ id: String(m.properties.messageId), body: m.content, headers: m.properties.headers ?? {} });
      }
      return found;
    });
  }

  /** The records of the items in the ledger. */
  async records(): Promise<StreamMessage[]> {
    const found = await this.readStream('ledger');
    return found.filter(({ kind }) => kind === RecordKind.DONE || kind === RecordKind.DEAD);
  }

  /** What the programs have told of the run. */
  async events(): Promise<StreamMessage[]> {
    return (await this.readStream('events')).filter(({ kind }) => kind !== undefined);
  }

  private async readStream(which: 'ledger' | 'events'): Promise<StreamMessage[]> {
    return this.withBroker(async (model) => {
      const channel = await model.createConfirmChannel();
      const name = relatedQueues(this.queue)[which];
      const found: ConsumeMessage[] = [];
      await channel.prefetch(1000);
      const end = randomUUID();
      channel.sendToQueue(name, Buffer.from('{}'), { messageId: end });
      await new Promise<void>((resolve) => {
        const onMessage = (message: ConsumeMessage | null) => {
          if (message?.properties.messageId === end) resolve();
          else if (message) found.push(message);
        };
        void channel.consume(name, onMessage, { arguments: { 'x-stream-offset': 'first' } });
      });
      return found.map(({ properties, content }) => ({
        kind: properties.headers?.[RecordHeader.KIND],
        id: properties.messageId,
        details: JSON.parse(content.toString()),
      }));
    });
  }

  async withBroker<T>(use: (model: ChannelModel) => Promise<T>): Promise<T> {
    const model = await connect(this.brokerUrl);
    model.on('error', () => {}); // the call that it interrupts rejects
    try {
      return await use(model);
    } finally {
      await model.close().catch(() => {});
    }
  }

  end(): void {
    for (const pod of this.pods) pod.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class LocalPod {
  constructor(
    readonly worker: ShimProcess,
    readonly courier: ProgramProcess,
  ) {}

  /** The courier's exit code, once both containers have ended. */
  async exit(): Promise<number | NodeJS.Signals> {
    const code = await this.courier.exit;
    await this.worker.exit();
    return code;
  }

  /** SIGTERM to both containers, as the kubelet sends it. */
  terminate(): void {
    this.worker.signal('SIGTERM');
    this.courier.kill('SIGTERM');
  }

  end(): void {
    this.courier.kill();
    this.worker.end();
  }
}

function literals(items: readonly (string | Buffer)[]): WorkItems {
  const base64 = items.map((item) => Buffer.from(item).toString('base64'));
  return WorkItems.base64(base64, { allowEmpty: true });
}
