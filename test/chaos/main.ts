/**
 * Jobs on a cluster that breaks at random, and what came of it. It takes the cluster that the end-to-end tests take, with its
 * nodes on this machine, as root.
 *
 *     npm run test:faults -- --faults 1000 --seed 1    many Jobs of all shapes; about an hour
 *     npm run test:faults -- --soak 30 --seed 1        one Job of 10,000 items, for so many minutes
 *
 * `--reports DIR` writes what `cdk8s-work-queue report` shows of each run into a folder, as DIR/RUN.html.
 *
 * Ctrl-C ends the faults; the Jobs that run are waited for and judged. Once more ends it at once.
 */
import { parseArgs } from 'node:util';
import { ChaosRun } from './chaos-run';
import { soak } from './soak';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      faults: { type: 'string', default: '1000' },
      soak: { type: 'string' },
      seed: { type: 'string', default: '1' },
      reports: { type: 'string' },
    },
  });
  const seed = wholeNumber('--seed', values.seed);
  const [enough, leave] = [new AbortController(), new AbortController()];
  process.on('SIGINT', () => (enough.signal.aborted ? leave : enough).abort());
  process.on('SIGTERM', () => leave.abort());
  const begin = performance.now();
  // Not the time of day: one of the faults moves it.
  const seconds = () => Math.round((performance.now() - begin) / 1000);
  const say = (line: string) => console.log(`${String(seconds()).padStart(5)} s ${line}`);
  const common = { seed, say, enough: enough.signal, leave: leave.signal, reports: values.reports };
  let tables: unknown[];
  let breaches: number;
  if (values.soak !== undefined) {
    const { summary, memory } = await soak({ ...common, minutes: wholeNumber('--soak', values.soak) });
    tables = [summary, memory];
    breaches = summary.breaches.length;
  } else {
    const summary = await new ChaosRun({ ...common, faults: wholeNumber('--faults', values.faults) }).run();
    tables = [summary];
    breaches = summary.breaches.length;
  }
  console.log(`\n${tables.join('\n\n')}\n\nseed ${seed}, ${Math.round(seconds() / 60)} minutes`);
  process.exit(breaches > 0 ? 1 : 0);
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${option} is no whole number: ${text}`);
  return Number(text);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
