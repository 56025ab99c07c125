import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Looks up a host, and returns its addresses in random order. A broker's nodes are the addresses of one name, so clients spread
 * over them. Node.js tries the next address if one does not answer within 250 ms.
 * https://nodejs.org/api/net.html#socketconnectoptions-connectlistener (autoSelectFamily)
 */
export const shuffledLookup: LookupFunction = (hostname, options, callback) => {
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
