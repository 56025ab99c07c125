/** The executable `cdk8s-work-queue`. */
import { logTo } from '../lib/programs/runtime/log';
import { runCommandLine } from './commands/command-line';
import { ExitStatus } from './commands/exit-status';

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (interrupt.signal.aborted) process.exit(ExitStatus.INTERRUPTED); // the second time
    interrupt.abort(new Error(name));
  });
}
// `head` has read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? ExitStatus.OK : ExitStatus.ERROR),
);
logTo(process.stderr);

const { stdin, stdout, stderr, env: environment, argv } = process;
const io = { stdin, stdout, stderr, environment, interrupt: interrupt.signal };
void runCommandLine(argv.slice(2), io).then((code) => {
  process.exitCode = code;
  // What a lost connection has left behind must not keep the process; what is written must go out before it ends.
  stdout.write('', () => stderr.write('', () => process.exit(code)));
});
