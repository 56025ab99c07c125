/**
 * The seeder against the loop of amqp-publish in the Kubernetes task page, and against a bare loop of amqplib, on one broker:
 * npm run bench:seeding. It takes amqp-tools (Debian), and a RabbitMQ as the tests do.
 */
import { execFileSync } from 'node:child_process';
import { WorkItems } from '../lib';
import { EnvName } from '../lib/contract/environment';
import { freshQueue } from '../tools/programs/broker';
import { benchItems, type Kind, names } from './bench-items';
import { measuredProcess } from './measured-process';
import { count, MEGABYTES, printTable, SECONDS, spread, withLoad } from './report';
import { type Seeding, SeedingBench } from './seeding-run';
import { setting } from './setting';
import { type Contestant, inTurn } from './side-by-side';
import { type Summary, summary } from './statistics';

const ROUNDS = setting('ROUNDS', 5);
const ITEMS = setting('ITEMS', 100_000);
const IN_FORMULA = setting('IN_FORMULA', 1_000_000);
/** All of them would take half an hour. */
const LOOP_ITEMS = setting('LOOP_ITEMS', 2000);

/** As on the page, but for the names. */
const PAGE_LOOP = 'for f in "$@"; do /usr/bin/amqp-publish --url=$BROKER_URL -r $QUEUE -p -b $f; done';

/** The seeder on items of a kind: its time is that of the filling itself. */
class Seeder implements Contestant {
  readonly all: Seeding[] = [];

  constructor(
    private readonly bench: SeedingBench,
    private readonly kind: Kind,
    readonly items = ITEMS,
  ) {}

  get name(): string {
    return `the seeder, a ${this.kind} of ${count(this.items)}`;
  }

  async measure(round: number): Promise<number> {
    const seeding = await this.bench.seed(benchItems(WorkItems, this.kind, this.items));
    if (round > 0) this.all.push(seeding);
    return seeding.filling;
  }
}

function bareLoop(bench: SeedingBench): Contestant {
  return {
    name: 'a bare loop of amqplib',
    measure: () =>
      bench.withEmptyQueue(async (queue) => {
        const env = { [EnvName.BROKER_URL]: bench.broker.url, [EnvName.QUEUE]: queue, ITEMS: String(ITEMS) };
        const { output } = await measuredProcess(['node', '--import', 'tsx', 'bench/bare-publisher.ts'], env);
        return Number(output);
      }),
  };
}

/** On a queue as the page declares it, which is a classic one. */
function pageLoop({ broker }: SeedingBench): Contestant {
  return {
    name: `the page's loop of amqp-publish, scaled from ${count(LOOP_ITEMS)}`,
    async measure() {
      const queue = freshQueue('page');
      const tool = (name: string, ...args: string[]) =>
        execFileSync(`/usr/bin/amqp-${name}`, [`--url=${broker.url}`, '-q', queue, ...args]).toString();
      tool('declare-queue', '-d');
      const env = { [EnvName.BROKER_URL]: broker.url, [EnvName.QUEUE]: queue };
      const { milliseconds } = await measuredProcess(['sh', '-c', PAGE_LOOP, 'sh', ...names(LOOP_ITEMS)], env);
      const published = Number(tool('delete-queue'));
      if (published !== LOOP_ITEMS) throw new Error(`amqp-publish has published ${published} of ${LOOP_ITEMS} items`);
      return (milliseconds * ITEMS) / LOOP_ITEMS;
    },
  };
}

async function bench(): Promise<void> {
  await SeedingBench.use(async (bench) => {
    const [list, formula] = [new Seeder(bench, 'list'), new Seeder(bench, 'formula')];
    const large = new Seeder(bench, 'formula', IN_FORMULA);
    const [own, ...others] = await withLoad(() => inTurn(ROUNDS, [list, formula, bareLoop(bench), pageLoop(bench)]));
    const rate = ({ median }: Summary) => ITEMS / (median / 1000);
    const time = `median of ${ROUNDS} for ${count(ITEMS)} items`;
    printTable(
      ['', time, 'items a second', 'the seeder with a list is'],
      [own, ...others].map((one) => [
        one.name,
        spread(one, SECONDS),
        count(rate(one)),
        one === own ? '' : `${(rate(own) / rate(one)).toFixed(2)} times as fast`,
      ]),
    );

    await withLoad(() => inTurn(Math.min(ROUNDS, 3), [large], 1));
    printTable(
      ['', 'whole process', 'peak memory'],
      [list, formula, large].map(({ name, all }) => [
        name,
        spread(summary(all.map(({ milliseconds }) => milliseconds)), SECONDS),
        spread(summary(all.map(({ peak }) => peak)), MEGABYTES),
      ]),
    );
  });
}

bench().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
