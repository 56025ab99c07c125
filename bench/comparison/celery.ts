import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'amqplib';
import { run as runCommand } from '../../cli/system/processes';
import { Workspace } from '../../cli/system/workspace';
import { kill } from '../../tools/cluster/faults';
import { type Broker, freshQueue, startRabbitMQ } from '../../tools/programs/broker';
import { branchOf } from '../process-tree';
import { RunFolder, startedId } from './run-folder';
import {
  type Ending,
  ITEMS,
  killHalf,
  LIMIT_SECONDS,
  type Site,
  type StartedRun,
  type Tool,
  type Way,
  WORKERS,
  wayOf,
} from './way';

const PACKAGE = 'celery==5.7.0';
const INSTALL_SECONDS = 300;

/** Settings of the app, see https://docs.celeryq.dev/en/stable/userguide/configuration.html */
type Settings = Readonly<Record<string, boolean | number | string>>;

const REDELIVERED: Settings = {
  task_acks_late: true,
  task_reject_on_worker_lost: true,
  worker_prefetch_multiplier: 1,
};

/** Celery, as it is and with the settings that redeliver the tasks of a lost worker. */
export function celery(): Way[] {
  const site = new CelerySite();
  return [
    wayOf(tool(site, 'Celery', {})),
    wayOf(tool(site, 'Celery, `acks_late`, `reject_on_worker_lost`, `prefetch_multiplier=1`', REDELIVERED)),
  ];
}

function tool(site: CelerySite, name: string, settings: Settings): Tool<CeleryRun> {
  return {
    key: 'celery',
    name,
    site,
    faults: {
      'five pool processes': ({ journal, main }) => killHalf(journal, (program) => branchOf(main, Number(program))),
      'the main process': async (run) => run.killMain(),
      'the main process, started again': async (run) => {
        run.killMain();
        run.startWorker();
      },
    },
    start: () => CeleryRun.start(site, settings),
  };
}

/** A virtual environment with Celery, and a broker. */
class CelerySite implements Site {
  private workspace?: Workspace;
  private running?: Broker;

  async open(): Promise<void> {
    this.workspace = new Workspace('comparison-celery');
    await this.install('python3', '-m', 'venv', this.venv);
    await this.install(this.command('pip'), 'install', '--quiet', '--disable-pip-version-check', PACKAGE);
    this.running = await startRabbitMQ();
    console.error(`${PACKAGE}, ${this.running.description}`);
  }

  async close(): Promise<void> {
    await this.running?.stop();
    await this.workspace?.close();
  }

  command(name: string): string {
    return join(this.venv, 'bin', name);
  }

  get brokerUrl(): string {
    if (!this.running) throw new Error('the site of Celery is not open');
    return this.running.url;
  }

  private get venv(): string {
    if (!this.workspace) throw new Error('the site of Celery is not open');
    return join(this.workspace.dir, 'venv');
  }

  private async install(command: string, ...args: string[]): Promise<void> {
    const { status, output } = await runCommand(command, args, INSTALL_SECONDS);
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} (Debian: apt-get install python3-venv): ${output}`);
  }
}

/** All items as messages of a queue, a worker with its pool, and a caller that waits for the results. */
class CeleryRun implements StartedRun {
  began = 0;
  private readonly folder = new RunFolder();
  private readonly queue = freshQueue('celery');
  private readonly env: Record<string, string>;
  private worker?: ChildProcess;
  /** What the caller says at its end; nothing if it has failed. */
  private results: Promise<string | undefined> = Promise.resolve(undefined);

  static async start(site: CelerySite, settings: Settings): Promise<CeleryRun> {
    const run = new CeleryRun(site, settings);
    await run.send();
    run.began = performance.now();
    run.startWorker();
    return run;
  }

  private constructor(
    private readonly site: CelerySite,
    settings: Settings,
  ) {
    this.env = {
      CELERY_BROKER: site.brokerUrl,
      CELERY_SETTINGS: JSON.stringify({ ...settings, task_default_queue: this.queue }),
      ITEM_PROGRAM: this.folder.program,
      PYTHONPATH: __dirname,
      PYTHONDONTWRITEBYTECODE: '1',
    };
  }

  get journal() {
    return this.folder.journal;
  }

  /** The process whose children are the pool. */
  get main(): number {
    return startedId(this.worker);
  }

  private async send(): Promise<void> {
    const args = [join(__dirname, 'celery_items.py'), String(ITEMS), String(LIMIT_SECONDS)];
    const { stdout } = this.folder.spawn(this.site.command('python'), args, this.env);
    if (!stdout) throw new Error('the caller has no standard output');
    const lines = createInterface(stdout)[Symbol.asyncIterator]();
    const { value: sent } = await lines.next();
    if (sent !== 'sent') throw new Error(`the caller of Celery says ${sent}`);
    this.results = lines.next().then(({ value }) => value);
  }

  startWorker(): void {
    const pool = ['--pool', 'prefork', '--concurrency', String(WORKERS)];
    const args = ['--app', 'celery_items', 'worker', ...pool, '--loglevel', 'CRITICAL'];
    this.worker = this.folder.spawn(this.site.command('celery'), args, this.env);
    this.worker.stdout?.resume();
  }

  /** kill -9 of the worker alone, not of the processes of its pool. */
  killMain(): void {
    kill(this.main, 'SIGKILL');
  }

  async end(): Promise<Ending> {
    const results = await this.results;
    if (results === undefined) throw new Error('the caller of Celery has failed');
    const { 'no result': missing = 0, ...states }: Record<string, number> = JSON.parse(results);
    const verdict = Object.entries(states).map(([state, count]) => `${count} ${state}`);
    if (missing === 0) return { verdict: verdict.join(', ') };
    const left = await this.messages();
    return {
      verdict: [...verdict, `${missing} without a result`].join(', '),
      hanging: `the caller; ${left.length} items wait in the queue`,
      left,
    };
  }

  /** The items that the broker still has. */
  private async messages(): Promise<number[]> {
    const model = await connect(this.site.brokerUrl);
    try {
      const channel = await model.createChannel();
      const found: number[] = [];
      for (let m = await channel.get(this.queue); m; m = await channel.get(this.queue)) {
        const [[number]] = JSON.parse(m.content.toString());
        found.push(number);
      }
      return found;
    } finally {
      await model.close();
    }
  }

  async close(): Promise<void> {
    await this.folder.close();
    const model = await connect(this.site.brokerUrl);
    await (await model.createChannel()).deleteQueue(this.queue);
    await model.close();
  }
}
