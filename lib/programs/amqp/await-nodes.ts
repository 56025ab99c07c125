import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { log } from '../runtime/log';
import { BackOff, sleep } from '../runtime/time';
import type { BrokerAddress } from './broker-address';

/** Longer than nodes that start together need. */
const WAIT_MS = 120_000;

/** A node that does not answer within it does not serve. */
const ANSWER_MS = 2000;

/**
 * Waits until so many nodes of the broker accept connections, but not for ever: one of them may be lost. A node accepts them when
 * it has joined the others. A stream gets members only on the nodes that have joined when it is declared (RabbitMQ 4.3.6).
 */
export async function awaitNodes(address: BrokerAddress, count: number, ...signals: AbortSignal[]): Promise<void> {
  const end = performance.now() + WAIT_MS;
  const backOff = new BackOff(250, 2000);
  for (let isFirst = true; !signals.some(({ aborted }) => aborted); isFirst = false) {
    const answering = await answeringNodes(address);
    if (answering >= count) return;
    const some = `${answering} of ${count} nodes of the broker accept connections`;
    if (performance.now() > end) {
      log(`${some}; going on, but the ledger has no copy on the others`);
      return;
    }
    if (isFirst) log(`${some}; waiting for the others, so that each of them has a copy of the ledger`);
    await sleep(backOff.next(), ...signals);
  }
}

async function answeringNodes({ host, port }: BrokerAddress): Promise<number> {
  const nodes = await lookup(host, { all: true }).catch(() => []);
  const answers = await Promise.all(nodes.map(({ address }) => accepts(address, port)));
  return answers.filter(Boolean).length;
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_MS });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}
