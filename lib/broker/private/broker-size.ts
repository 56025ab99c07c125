import { EVENTS_BYTES, type QueueType } from '../../contract/queues';
import { synthError } from '../../validation/synth-error';
import type { QueueLoad } from '../queue-loads';
import { FREE_DISK_SHARE, isConfigured, MEMORY_SHARE, type RabbitMQSettings, WAL_BYTES } from './rabbitmq-config';

/**
 * What a node needs for each message, in bytes, besides the body and, on disk, the names in it. Measured on RabbitMQ
 * 4.3.6 and, which needs more, 3.10.8 with `npm run bench:storage` (see bench/README.md), and rounded up.
 */
const MESSAGE_BYTES: Readonly<Record<QueueType, { readonly disk: number; readonly memory: number }>> = {
  quorum: { disk: 350, memory: 50 },
  classic: { disk: 250, memory: 50 },
};

/**
 * What a node needs on disk for the record of an item in the ledger, besides the names in it: the record alone in a chunk of the
 * stream, as a courier writes it, from a pod and a node with long names. Measured on RabbitMQ 3.10.8.
 */
const RECORD_BYTES = 450;

/** The stream of a queue's events: an assumption for each item, up to its limit, with the segment that is being written. */
const EVENTS = { eachItem: 4000, max: EVENTS_BYTES.max + EVENTS_BYTES.segment };

/** What a node needs without messages: on disk two write-ahead logs and its metadata, and in memory itself. */
const EMPTY_NODE = { disk: 2 * WAL_BYTES, memory: 150_000_000 };

/** What a node keeps in memory of the latest messages of quorum queues, until they are in the files of the queues. */
const RECENT = { eachMessage: 800, max: 320_000_000 };

/** What a file system needs for itself, as a share of the volume: ext4 on 1 GiB. */
const FILE_SYSTEM_SHARE = 0.07;

const GIBIBYTE = 2 ** 30;

export type BrokerSize = Pick<RabbitMQSettings, 'memoryBytes' | 'storageBytes' | 'config'>;

/**
 * Why the queues do not fit on a node, if they do not. Couriers wait until a queue has all its items, so a broker that
 * is full before stays full. A broker that becomes full later stays full as well: an item leaves the queue only when its
 * record is in the ledger. Each node has all messages of quorum queues and of ledgers, and may have all classic queues.
 */
export function sizeErrors(context: string, loads: readonly QueueLoad[], size: BrokerSize): string[] {
  const { storageBytes, memoryBytes = Number.POSITIVE_INFINITY, config } = size;
  const reserve = isConfigured(config, 'disk_free_limit') ? 0 : FREE_DISK_SHARE;
  const share = isConfigured(config, 'vm_memory_high_watermark') ? 1 : MEMORY_SHARE;
  const needed = {
    storage: diskBytes(loads) / (1 - FILE_SYSTEM_SHARE - reserve),
    memory: residentBytes(loads) / share,
  };
  const subject = `${sum(loads, ({ items }) => items)} items of ${loads.map(({ path }) => path).join(', ')}`;
  const error = ({ property, given, least, when, setting }: Shortage) => {
    const need = Math.ceil(least / GIBIBYTE);
    const problem = `${property} is ${gibibytes(given)} GiB, but the ${subject} need ${need} GiB on each node, ${when}`;
    const hint = `Set ${setting(`Size.gibibytes(${need})`)}, or make fewer items of more work, for example with WorkItems.keyRanges. The guide on sizing has figures.`;
    return synthError(context, problem, hint).message;
  };
  const shortages: Shortage[] = [
    {
      property: 'storage',
      given: storageBytes,
      least: needed.storage,
      when: 'together with the record of each one in the ledger',
      setting: (value) => `storage to ${value}`,
    },
    {
      property: 'resources.memory.limit',
      given: memoryBytes,
      least: needed.memory,
      when: 'before the first one is processed',
      setting: (value) => `the memory limit in resources to ${value}`,
    },
  ];
  return shortages.filter(({ given, least }) => least > given).map(error);
}

interface Shortage {
  readonly property: string;
  readonly given: number;
  readonly least: number;
  readonly when: string;
  /** How the property is set to a value. */
  readonly setting: (value: string) => string;
}

function diskBytes(loads: readonly QueueLoad[]): number {
  return sum(
    loads,
    ({ queueType, items, nameBytes, bodyBytes }) =>
      bodyBytes +
      Math.min(items * EVENTS.eachItem, EVENTS.max) +
      items * (MESSAGE_BYTES[queueType].disk + nameBytes + RECORD_BYTES + nameBytes),
    EMPTY_NODE.disk,
  );
}

function residentBytes(loads: readonly QueueLoad[]): number {
  const quorum = loads.filter(({ queueType }) => queueType === 'quorum');
  const recent = sum(quorum, ({ items, bodyBytes }) => bodyBytes + items * RECENT.eachMessage);
  return sum(
    loads,
    ({ queueType, items }) => items * MESSAGE_BYTES[queueType].memory,
    EMPTY_NODE.memory + Math.min(recent, RECENT.max),
  );
}

function sum(loads: readonly QueueLoad[], of: (load: QueueLoad) => number, start = 0): number {
  return loads.reduce((total, load) => total + of(load), start);
}

function gibibytes(bytes: number): string {
  return String(Math.round((bytes / GIBIBYTE) * 100) / 100);
}
