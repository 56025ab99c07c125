import { join } from 'node:path';
import { run, which } from '../../../cli/system/processes';
import { Workspace } from '../../../cli/system/workspace';

const SPEC = join(__dirname, '..', '..', '..', 'spec');

/** Each step on its own. The largest model takes about 20 s on two cores. */
const LIMIT_SECONDS = 240;
const MEMORY_MEBIBYTES = 2000;

export interface Verdict {
  /** The property that does not hold, or what else is wrong; nothing where all is well. */
  readonly violated: string | undefined;
  readonly states: number;
}

/**
 * Checks every state that a model can reach, or as many as it takes to find an error. The properties are the assertions of the
 * model, and that nobody waits for ever; with `LIVENESS` among the definitions it is the model's temporal property.
 */
export async function check(model: string, definitions: readonly string[]): Promise<Verdict> {
  requireTools();
  const workspace = new Workspace('work-queue-spec');
  try {
    const env = { ...process.env, ...workspace.marker };
    const command = async (program: string, ...args: string[]) => {
      const finished = await run(program, args, LIMIT_SECONDS, { cwd: workspace.dir, env });
      if (finished.status !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${finished.output.trimEnd()}`);
      return finished.output;
    };
    const liveness = definitions.includes('LIVENESS');
    await command('spin', ...definitions.map((name) => `-D${name}`), '-a', join(SPEC, model));
    // Without partial order reduction: it would save little here, and nobody has to ask whether it may be used.
    const size = [`-DMEMLIM=${MEMORY_MEBIBYTES}`, '-DNOREDUCE', ...(liveness ? [] : ['-DSAFETY'])];
    // Not -O2, which compiles for twice as long and runs hardly faster: most of these models are small.
    await command('gcc', '-O1', '-w', ...size, '-o', 'pan', 'pan.c');
    return read(await command('./pan', '-m50000', ...(liveness ? ['-a', '-E'] : [])));
  } finally {
    await workspace.close();
  }
}

function requireTools(): void {
  const missing = ['spin', 'gcc'].filter((program) => which(program) === undefined);
  if (missing.length === 0) return;
  throw new Error(
    `The specification is checked with Spin, which compiles each model; ${missing.join(' and ')} not found on PATH. ` +
      'Install both (Debian, Ubuntu: apt-get install spin gcc libc6-dev)',
  );
}

/** What the checker says: https://spinroot.com/spin/Man/Pan.html */
function read(output: string): Verdict {
  const states = Number(/^\s*(\d+) states, stored/m.exec(output)?.[1]);
  const errors = Number(/errors: (\d+)$/m.exec(output)?.[1]);
  const assertion = /assertion violated (\S+)/.exec(output)?.[1];
  const claim = /acceptance cycle/.test(output) ? /never claim\s+\+ \((\w+)\)/.exec(output)?.[1] : undefined;
  const other = /^pan:\d+: (.*) \(at depth/m.exec(output)?.[1];
  const incomplete = /Search not completed|search depth too small/.test(output);
  if (Number.isNaN(states) || Number.isNaN(errors) || (errors === 0 && incomplete)) {
    throw new Error(`the checker did not come to an end:\n${output.trimEnd()}`);
  }
  return { violated: errors === 0 ? undefined : (assertion ?? claim ?? other ?? 'something'), states };
}
