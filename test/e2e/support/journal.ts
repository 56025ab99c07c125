import { EnvFieldPaths, EnvValue } from 'cdk8s-plus-28';
import { type CoarseWorkerJobProps, Program } from '../../../lib';
import type { Namespace } from '../../../tools/cluster/namespace';
import type { Json } from '../../../tools/synthesized-run';
import { until } from '../../../tools/until';

/**
 * Where programs write down what they do, so that it survives their pods. It is a pod that takes lines over TCP and answers
 * how often it has seen one, which tells a program how often its item was tried.
 */
export class Journal {
  constructor(private readonly namespace: Namespace) {}

  /** Starts it, on the node of that name where there is one given. */
  async start(nodeName?: string): Promise<void> {
    await this.namespace.apply(objects(nodeName));
    await until('the journal', async () => {
      const { status } = await this.namespace.get('pod', 'journal');
      return status.containerStatuses?.[0].ready === true;
    });
  }

  /** Ends it, and forgets what it has seen. */
  async stop(): Promise<void> {
    await this.namespace.run('delete', 'pod,service', 'journal', '--ignore-not-found', '--grace-period=1');
  }

  /** What happened on a queue, in its order. */
  async of(queue: string): Promise<Entry[]> {
    const lines = (await this.namespace.log('journal', 'journal')).split('\n').map((line) => line.split('\t'));
    return lines.filter(([name]) => name === queue).map(([, what, item, pod]) => ({ what, item, pod }) as Entry);
  }

  /** The items that something happened to, in alphabetical order, each as often as it happened. */
  async items(queue: string, what: Entry['what']): Promise<string[]> {
    return (await this.of(queue))
      .filter((entry) => entry.what === what)
      .map(({ item }) => item)
      .sort();
  }

  /** Waits until so many different items have ended with success. */
  done(queue: string, count: number, seconds?: number): Promise<true> {
    const what = `${count} items of ${queue} done`;
    return until(what, async () => new Set(await this.items(queue, 'end')).size >= count, { seconds });
  }

  /** Waits for an entry. */
  wait(queue: string, what: Entry['what'], item: string): Promise<Entry> {
    return until(`${what} of ${item}`, async () =>
      (await this.of(queue)).find((entry) => entry.what === what && entry.item === item),
    );
  }
}

export interface Entry {
  readonly what: 'start' | 'end';
  readonly item: string;
  readonly pod: string;
}

/**
 * A program that writes each start and end of an item into the journal. In between it does what the Python lines say, which
 * know the `item` and its `attempt`, from 1, and can `sleep`, `exit` and look at `os`. And the variables that it needs: the
 * hostname is that of an index of the Job, which several pods may have had.
 */
export function witness(...between: string[]): Required<Pick<CoarseWorkerJobProps, 'program' | 'envVariables'>> {
  return {
    program: Program.command('python3', '-uc', [...WITNESS, ...between, 'tell("end")'].join('\n')),
    envVariables: { POD: EnvValue.fromFieldRef(EnvFieldPaths.POD_NAME) },
  };
}

const PORT = 7000;

const WITNESS = [
  'import os, socket, sys',
  'from sys import exit',
  'from time import sleep',
  'def try_to_tell(what):',
  `  with socket.create_connection(("journal", ${PORT}), 20) as journal:`,
  '    line = "\\t".join([os.environ["QUEUE"], what, item, os.environ["POD"]])',
  '    journal.sendall((line + "\\n").encode())',
  '    return int(journal.makefile().readline())',
  // On a node that is cut off nobody hears it for a while. That is not what shall be an attempt that failed.
  'def tell(what):',
  '  for tries in range(60):',
  '    try:',
  '      return try_to_tell(what)',
  '    except OSError:',
  '      sleep(1)',
  '  exit("no journal")',
  'item = sys.stdin.read()',
  'attempt = tell("start")',
];

const SERVER = `
const seen = new Map();
require('node:net').createServer((socket) => {
  let text = '';
  socket.setEncoding('utf8').on('error', () => {}).on('data', (part) => {
    text += part;
    if (!text.endsWith('\\n')) return;
    console.log(text.trim());
    const fact = text.split('\\t', 3).join('\\t');
    seen.set(fact, (seen.get(fact) ?? 0) + 1);
    socket.end(seen.get(fact) + '\\n');
  });
}).listen(${PORT});
process.on('SIGTERM', () => process.exit());`;

function objects(nodeName?: string): Json[] {
  const metadata = { name: 'journal', labels: { app: 'journal' } };
  const container = {
    name: 'journal',
    image: 'node:24-slim',
    command: ['node', '-e', SERVER],
    readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  const securityContext = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } };
  return [
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName, securityContext, containers: [container] } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: metadata.labels, ports: [{ port: PORT }] } },
  ];
}
