import { visible } from '../../lib/programs/runtime/visible';
import { Manifest } from '../manifest/manifest';
import { rehearse } from '../rehearsal/rehearse';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';
import { FILE_ARGUMENT } from './file-argument';
import { parsePositiveNumber } from './whole-number';

interface RehearseOptions {
  readonly items?: number;
  readonly failFast?: boolean;
  readonly inImage?: boolean;
}

const BROKER = `
The rehearsal uses the broker of BROKER_URL (amqp://user:password@host:5672) if
that is set. Otherwise it starts the rabbitmq-server of this machine, or one in
Docker, or, on Debian and Ubuntu as root, installs the package first. It leaves
nothing running.`;

export const addRehearse: AddCommand = (program, io, run) => {
  program
    .command('rehearse')
    .argument(...FILE_ARGUMENT)
    .description('run a manifest on this machine, over a real RabbitMQ, before anything is applied')
    .option('--items <number>', 'only so many items of each list, the first ones (default: all)', parsePositiveNumber)
    .option('--fail-fast', 'give each item one attempt, and end with the first one that fails')
    .option('--in-image', 'run the program in its image, with Docker (default: as a process of this machine)')
    .addHelpText(
      'after',
      `${examples('cdk8s-work-queue rehearse dist/fruits.k8s.yaml --items 3 --fail-fast')}\n${BROKER}`,
    )
    .action((file: string, options: RehearseOptions) => run(() => rehearseFile(file, options, io), { mustEnd: true }));
};

async function rehearseFile(file: string, options: RehearseOptions, { stdout, interrupt }: CommandIo): Promise<number> {
  const log = (text: string) => stdout.write(`${visible(text, { lines: true })}\n`);
  try {
    const { complete, verdict } = await rehearse(Manifest.read(file), { ...options, log, signal: interrupt });
    log(verdict);
    return complete ? ExitStatus.OK : ExitStatus.FAILED;
  } catch (error) {
    if (!interrupt.aborted) throw error;
    log('Interrupted: all processes have ended, and the broker and the folders are removed');
    return ExitStatus.INTERRUPTED;
  }
}
