import { type CommandProcess, TestCommandLine } from '../../tools/command-line/command-line';
import { FakeCluster } from '../../tools/command-line/fake-cluster';
import type { Broker } from '../../tools/programs/broker';

interface CommandLineTests {
  /** Called before each test with its cluster. */
  readonly onCluster: (cluster: FakeCluster) => void;
  /** Where the port-forwards of the cluster lead. */
  readonly broker?: () => Broker;
}

type Start = (args: readonly string[], env?: Readonly<Record<string, string>>) => CommandProcess;

/** The command line, with a stand-in for a cluster in each test. */
export function useCommandLine({ onCluster, broker }: CommandLineTests) {
  const commandLine = new TestCommandLine();
  let cluster: FakeCluster;
  beforeEach(async () => {
    cluster = new FakeCluster();
    await cluster.start();
    if (broker) cluster.forwardTo = Number(new URL(broker().url).port || 5672);
    onCluster(cluster);
  });
  afterEach(() => cluster.remove());
  afterAll(() => commandLine.remove());

  const withCluster = (env: Readonly<Record<string, string>> = {}) => ({ KUBECONFIG: cluster.kubeconfig, ...env });
  const start: Start = (args, env) => commandLine.start(args, withCluster(env));
  const startOnTerminal: Start = (args, env) => commandLine.startOnTerminal(args, withCluster(env));
  const ran = async (args: readonly string[], env?: Readonly<Record<string, string>>) => {
    const command = start(args, env);
    const code = await command.exit;
    return { code, stdout: command.stdout, stderr: command.stderr };
  };
  return { start, startOnTerminal, ran };
}
