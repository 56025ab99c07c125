/**
 * Jobs on a cluster that breaks at random, and what came of it: npm run test:faults -- --faults 1000 --seed 1. It takes the
 * cluster that the end-to-end tests take, with its nodes on this machine, as root; a thousand faults take about an hour.
 */
import { parseArgs } from 'node:util';
import { campaign } from './campaign';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { faults: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
  });
  const [faults, seed] = [wholeNumber('--faults', values.faults), wholeNumber('--seed', values.seed)];
  const begin = performance.now();
  const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
  const leave = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => leave.abort());
  const tally = await campaign({ faults, seed, say, leave: leave.signal });
  console.log(`\n${tally}\n\nseed ${seed}, ${((performance.now() - begin) / 60_000).toFixed(0)} minutes`);
  process.exit(tally.breaches.length > 0 ? 1 : 0);
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${option} is no whole number: ${text}`);
  return Number(text);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
