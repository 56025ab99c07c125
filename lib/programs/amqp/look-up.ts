import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Looks up a host, and gives its addresses in random order. A broker's nodes are the addresses of one name: so clients spread
 * over them, and Node.js tries the next address where one does not answer within 250 ms.
 * https://nodejs.org/api/net.html#socketconnectoptions-connectlistener (autoSelectFamily)
 */
export const lookUpShuffled: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const shuffled = shuffle(addresses);
    if (options.all) callback(null, shuffled);
    else callback(null, shuffled[0].address, shuffled[0].family);
  });
};

function shuffle(addresses: readonly LookupAddress[]): LookupAddress[] {
  return addresses
    .map((address) => ({ address, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ address }) => address);
}
