import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import amqp from 'amqplib';
import { App, Chart } from 'cdk8s';
import { Manifest } from '../../../cli/manifest/manifest';
import { runningWith } from '../../../cli/system/processes';
import { EnvName } from '../../../lib/contract/environment';
import {
  CoarseWorkerJob,
  type CoarseWorkerJobProps,
  Program,
  QueueSeeder,
  RabbitMQ,
  WorkItems,
} from '../../../lib/index';
import { sleep } from '../../../lib/programs/runtime/time';
import { useBroker } from '../../../tools/programs/broker';
import { rehearseOn } from '../../support/rehearse-on';

const FRUITS = ['apple', 'banana', 'cherry', 'date', 'fig', 'grape', 'lemon', 'melon'];
const DEMO = join(__dirname, '..', '..', '..', 'scripts', 'demo.mjs');
const MINUTES = 60_000;

const broker = useBroker();
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A manifest of the fruits and a worker of these lines of sh. */
function fruitsThrough(...script: string[]): Manifest {
  return fruitsWith(script, []);
}

function fruitsWith(script: string[], args: string[], props: Partial<CoarseWorkerJobProps> = {}): Manifest {
  const outdir = join(dir, 'dist');
  const file = join(dir, 'worker.sh');
  writeFileSync(file, `${script.join('\n')}\n`);
  const app = new App({ outdir });
  const chart = new Chart(app, 'fruit');
  const queue = new QueueSeeder(chart, 'fruits', {
    broker: new RabbitMQ(chart, 'rabbitmq'),
    items: WorkItems.list(FRUITS),
  });
  const program = Program.script(file, { interpreter: ['sh'], args });
  new CoarseWorkerJob(chart, 'eat', {
    queue,
    image: 'busybox:1.37',
    program,
    parallelism: 3,
    maxAttempts: 2,
    ...props,
  });
  app.synth();
  return Manifest.read(outdir);
}

function rehearseHere(manifest: Manifest) {
  return rehearseOn(broker(), manifest);
}

async function queueExists(name: string): Promise<boolean> {
  const connection = await amqp.connect(broker().url);
  connection.on('error', () => {});
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    return await channel.checkQueue(name).then(
      () => true,
      () => false,
    );
  } finally {
    await connection.close();
  }
}

test(
  'every fruit is once on the standard input of the program, and the verdict is Complete',
  async () => {
    const eaten = join(dir, 'eaten');
    mkdirSync(eaten);
    const { complete, verdict } = await rehearseHere(fruitsThrough(`cat >"$(mktemp '${eaten}/XXXXXX')"`));
    expect(verdict).toMatch(/^Complete: 8 of 8 completions in [\d.]+ s$/);
    expect(complete).toBe(true);
    const contents = readdirSync(eaten).map((file) => readFileSync(join(eaten, file), 'utf8'));
    expect(contents.sort()).toEqual(FRUITS);
  },
  2 * MINUTES,
);

test(
  'the pods have the indexes of the Job, the lowest first, and the last one sees that everything is settled',
  async () => {
    const seen = join(dir, 'seen');
    const manifest = fruitsWith([`echo "$${EnvName.COMPLETION_INDEX}" >>${seen}`], [], {
      parallelism: 1,
      itemsPerPod: 3,
    });
    const { verdict, output } = await rehearseHere(manifest);
    expect({ verdict, output }).toMatchObject({ verdict: expect.stringMatching(/^Complete: 3 of 3/) });
    expect(readFileSync(seen, 'utf8').trim().split('\n').join(' ')).toBe('0 0 0 1 1 1 2 2');
    expect(output).toMatch(/^\S+-2-\w{5} courier \| \S+ all 8 items settled: 8 done/m);
  },
  2 * MINUTES,
);

test(
  'every form of the item is the item, with the paths of this machine',
  async () => {
    const check = [
      'set -e; item=$(cat)',
      `for one in "$FRUIT" "$1" "$(cat "$2")" "\${3#*=}" "$(cat "\${3%%=*}")"; do [ "$one" = "$item" ]; done`,
      '[ "$4" = "\\$(date) \\$HOME" ]; [ -n "$WORK_QUEUE_RUN" ]; [ "$WORK_ITEM_ATTEMPT" -ge 1 ]; [ "$WORK_ITEM_INDEX" -lt 8 ]',
    ];
    const args = [Program.ITEM, Program.ITEM_FILE, `${Program.ITEM_FILE}=${Program.ITEM}`, '$(date) $HOME'];
    const manifest = fruitsWith(check, args, { itemVariable: 'FRUIT', itemsPerPod: 3 });
    const { verdict, output } = await rehearseHere(manifest);
    expect({ verdict, output }).toMatchObject({ verdict: expect.stringMatching(/^Complete/) });
  },
  2 * MINUTES,
);

test(
  'a program that always fails on an item ends the Job with a verdict that names the item',
  async () => {
    const manifest = fruitsThrough('read -r fruit; [ "$fruit" != melon ] || { echo "too big" >&2; exit 3; }');
    const { complete, verdict, output } = await rehearseHere(manifest);
    expect(complete).toBe(false);
    expect(verdict).toMatch(/^Failed: .*melon.*exit 3/);
    expect(output).toMatch(/worker +\| too big/);
  },
  2 * MINUTES,
);

test(
  'with `items`, only the first items of the list run, in as many pods as they need',
  async () => {
    const seen = join(dir, 'seen');
    const manifest = fruitsWith([`cat >>${seen}; echo >>${seen}`], [], { parallelism: 1, itemsPerPod: 2 });
    const { verdict, output } = await rehearseOn(broker(), manifest, { items: 3 });
    expect({ verdict, output }).toMatchObject({ verdict: expect.stringMatching(/^Complete: 2 of 2 completions/) });
    expect(readFileSync(seen, 'utf8').trim().split('\n')).toEqual(FRUITS.slice(0, 3));
    expect(output).toContain('Of each list, only the first 3 items');
  },
  2 * MINUTES,
);

test(
  'with `failFast`, the first attempt that fails ends the rehearsal, and is shown',
  async () => {
    const manifest = fruitsWith(
      ['read -r fruit; case $fruit in banana) echo no >&2; exit 3;; melon) sleep 60;; esac'],
      [],
      {
        parallelism: 8,
        maxAttempts: 5,
      },
    );
    const { complete, verdict, output } = await rehearseOn(broker(), manifest, { failFast: true });
    expect(complete).toBe(false);
    expect(verdict).toBe('Failed: item 1 "banana" failed: exit 3. The last 1 line of its standard error:\n  no');
    expect(output).not.toContain('attempt 2');
  },
  2 * MINUTES,
);

test(
  'with `failFast` and a program that never fails, a rehearsal completes',
  async () => {
    const { verdict } = await rehearseOn(broker(), fruitsThrough('cat'), { failFast: true, items: 2 });
    expect(verdict).toMatch(/^Complete: 2 of 2/);
  },
  2 * MINUTES,
);

test(
  'relative paths of the program start in the folder of the user',
  async () => {
    const folder = join(dir, 'project');
    mkdirSync(folder);
    writeFileSync(join(folder, 'juice.sh'), 'cat >>juice\n');
    const { verdict, output } = await rehearseOn(broker(), fruitsThrough('sh ./juice.sh'), { folder, items: 2 });
    expect({ verdict, output }).toMatchObject({ verdict: expect.stringMatching(/^Complete/) });
    expect(readFileSync(join(folder, 'juice'), 'utf8')).toMatch(/^(applebanana|bananaapple)$/);
    expect(output).toContain(`in the folder ${folder}`);
  },
  2 * MINUTES,
);

test(
  'what a program writes cannot steer the terminal',
  async () => {
    const { output } = await rehearseOn(broker(), fruitsThrough("printf 'red\\033[31m\\n'"), { items: 1 });
    expect(output).toContain('| red\\u001b[31m');
  },
  2 * MINUTES,
);

test(
  'a foreign broker keeps no queue of a rehearsal',
  async () => {
    const { output } = await rehearseHere(fruitsThrough('cat'));
    const [queue] = /\S+-rehearsal-[0-9a-f]{8}/.exec(output) ?? [];
    expect(queue).toBeDefined();
    expect(await queueExists(`${queue}`)).toBe(false);
    expect(await queueExists(`${queue}.seeded`)).toBe(false);
  },
  2 * MINUTES,
);

describe('npm run demo', () => {
  /** With a broker of its own, and all that it leaves in a folder of its own. */
  function demo(...args: string[]): { process: ChildProcess; exit: Promise<number | null>; output: () => string } {
    const { [EnvName.BROKER_URL]: _, ...environment } = process.env;
    const child = spawn(process.execPath, [DEMO, ...args], { env: { ...environment, TMPDIR: dir } });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { process: child, exit, output: () => output };
  }

  async function atWork(run: ReturnType<typeof demo>): Promise<void> {
    while (!/^\S+ worker +\| /m.test(run.output())) {
      if (run.process.exitCode !== null) throw new Error(`it has ended:\n${run.output()}`);
      await sleep(50);
    }
  }

  /** `tsx`, which runs main.ts, keeps a cache of its own there. */
  const left = () => ({
    folders: readdirSync(dir).filter((name) => name.startsWith('work-queue')),
    processes: runningWith(`=${dir}/work-queue`),
  });

  test.each<[string, string[], number]>([
    ['of main.ts', [], 8],
    ['of another app', ['examples/frames.ts'], 6],
  ])(
    '%s completes, and leaves nothing behind',
    async (_, args, completions) => {
      const run = demo(...args);
      const status = await run.exit;
      expect(run.output()).toMatch(
        new RegExp(`^Complete: ${completions} of ${completions} completions in [\\d.]+ s$`, 'm'),
      );
      expect(status).toBe(0);
      expect(left()).toEqual({ folders: [], processes: [] });
    },
    3 * MINUTES,
  );

  test('of an app that does not exist says so', async () => {
    const run = demo('examples/nothing.ts');
    expect(await run.exit).toBe(2);
    expect(run.output()).toContain('examples/nothing.ts does not exist');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves nothing behind after %s',
    async (signal) => {
      const run = demo();
      await atWork(run);
      expect(left()).not.toEqual({ folders: [], processes: [] });
      run.process.kill(signal);
      expect(await run.exit).toBe(130);
      expect(run.output()).toContain('Interrupted: all processes have ended');
      expect(left()).toEqual({ folders: [], processes: [] });
    },
    3 * MINUTES,
  );

  test(
    'leaves nothing behind when it is killed itself',
    async () => {
      const run = demo();
      await atWork(run);
      run.process.kill('SIGKILL');
      for (let tries = 0; tries < 100 && left().folders.length > 0; tries++) await sleep(100);
      expect(left()).toEqual({ folders: [], processes: [] });
    },
    3 * MINUTES,
  );
});
