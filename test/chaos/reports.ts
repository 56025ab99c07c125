import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../lib/programs/runtime/time';
import { besideKubectl, kubectl } from '../../tools/cluster/kubectl';
import type { Namespace } from '../../tools/cluster/namespace';
import { TestCommandLine } from '../../tools/command-line/command-line';
import type { AnySynthesizedRun } from '../../tools/synthesized-run';

/** A fault may have hit what the report is read from. */
const TRIES = 4;
const PAUSE_MS = 15_000;
/** A command that takes longer is killed: its broker may be the one that is broken. */
const LIMIT_MS = 120_000;

/** The reports of runs, as `cdk8s-work-queue report` writes them. */
export class Reports {
  private readonly temporary = mkdtempSync(join(tmpdir(), 'reports-'));
  private readonly commandLine = new TestCommandLine(besideKubectl);

  constructor(
    private readonly folder: string,
    private readonly namespace: Namespace,
    private readonly pauseMs = PAUSE_MS,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  /** Writes the report of a run. Never rejects: the answer is a line on what came of it. */
  async write(run: AnySynthesizedRun, name: string): Promise<string> {
    const file = join(this.folder, `${name}.html`);
    let trouble = '';
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await sleep(this.pauseMs);
      try {
        writeFileSync(file, await this.page(run));
        return `report: ${file}`;
      } catch (error) {
        trouble = (error as Error).message.trim();
      }
    }
    return `no report ${file}: ${trouble}`;
  }

  remove(): void {
    this.commandLine.remove();
    rmSync(this.temporary, { recursive: true, force: true });
  }

  private async page(run: AnySynthesizedRun): Promise<string> {
    const where = ['--kubeconfig', await this.kubeconfig(), '--namespace', this.namespace.name];
    const command = this.commandLine.start([...where, 'report', run.queue.queueName, '--out', '-']);
    const limit = setTimeout(() => command.kill('SIGKILL'), LIMIT_MS);
    const code = await command.exit.finally(() => clearTimeout(limit));
    if (code !== 0) throw new Error(command.stderr || `report ended with ${code}`);
    return command.stdout;
  }

  /** The command has no other: E2E_KUBECTL may be one that knows where the cluster is. */
  private async kubeconfig(): Promise<string> {
    const file = join(this.temporary, 'kubeconfig');
    const config = await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output', 'json');
    writeFileSync(file, config, { mode: 0o600 });
    return file;
  }
}
