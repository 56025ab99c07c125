/**
 * The synth of main.ts against that of an empty chart, and of many items against that of eight: npm run bench:synth
 */
import { count } from './report';
import { setting } from './setting';
import { type Contestant, sideBySide } from './side-by-side';
import { synthItems, synthProcess } from './synth-process';

const ROUNDS = setting('ROUNDS', 9);
const LISTED = setting('LISTED', 100_000);
const IN_FORMULA = setting('IN_FORMULA', 1_000_000);

const ofFile = (name: string, file: string): Contestant => ({
  name,
  measure: async () => (await synthProcess(file)).milliseconds,
});

const eight: Contestant = {
  name: 'a list of 8 items',
  measure: async () => (await synthItems('list', 8)).milliseconds,
};

const list: Contestant = {
  name: `a list of ${count(LISTED)} items`,
  measure: async () => (await synthItems('list', LISTED)).milliseconds,
};

const formula: Contestant = {
  name: `a formula of ${count(IN_FORMULA)} items`,
  measure: async () => (await synthItems('formula', IN_FORMULA)).milliseconds,
};

async function bench(): Promise<void> {
  await sideBySide(ROUNDS, ofFile('main.ts', 'main.ts'), ofFile('an empty chart', 'bench/empty-chart.ts'));
  await sideBySide(ROUNDS, list, eight);
  await sideBySide(ROUNDS, formula, eight);
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
