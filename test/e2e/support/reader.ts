import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { OPERATOR_ROLE, READER_ROLE } from '../../../cli/kubernetes/api-error';
import { besideKubectl, kubectl } from '../../../tools/cluster/kubectl';
import type { Namespace } from '../../../tools/cluster/namespace';
import { type CommandProcess, type TerminalSize, TestCommandLine } from '../../../tools/command-line/command-line';
import type { Json } from '../../../tools/synthesized-run';

const GUIDE = join(__dirname, '..', '..', '..', 'docs', 'command-line.md');

/** A person with the Role of the guide, and no other rights, at the command line. */
export class Reader {
  private readonly folder = mkdtempSync(join(tmpdir(), 'reader-'));
  private readonly commandLine = new TestCommandLine(besideKubectl);

  constructor(
    private readonly namespace: Namespace,
    private readonly account = 'reader',
  ) {}

  /** The account, and its kubeconfig. */
  async create(): Promise<void> {
    await this.namespace.run('create', 'serviceaccount', this.account);
    const token = (await this.namespace.run('create', 'token', this.account, '--duration', '2h')).trim();
    const config = JSON.parse(await kubectl('config', 'view', '--raw', '--minify', '--flatten', '--output', 'json'));
    config.users[0].user = { token };
    config.contexts[0].context.namespace = this.namespace.name;
    writeFileSync(this.kubeconfig, JSON.stringify(config));
  }

  /** Gives the account the Role of the guide, for these Secrets. */
  async allow(...secrets: string[]): Promise<void> {
    const role = roleOfGuide(READER_ROLE);
    for (const rule of role.rules) if (rule.resourceNames) rule.resourceNames = secrets;
    await this.bind(role);
  }

  /** Gives the account the Role for the commands that change something, too. */
  async allowChanges(): Promise<void> {
    await this.bind(roleOfGuide(OPERATOR_ROLE));
  }

  private async bind(role: Json): Promise<void> {
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: `${this.account}-${role.metadata.name}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role.metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: this.account }],
    };
    await this.namespace.apply([role, binding]);
  }

  start(...args: string[]): CommandProcess {
    return this.commandLine.start(['--kubeconfig', this.kubeconfig, ...args]);
  }

  /** On a terminal without colours. */
  startOnTerminal(args: readonly string[], size: TerminalSize): CommandProcess {
    const env = { TERM: 'xterm', NO_COLOR: '1' };
    return this.commandLine.startOnTerminal(['--kubeconfig', this.kubeconfig, ...args], env, size);
  }

  async run(...args: string[]): Promise<{ code: number | NodeJS.Signals; stdout: string; stderr: string }> {
    const command = this.start(...args);
    const code = await command.exit;
    return { code, stdout: command.stdout, stderr: command.stderr };
  }

  remove(): void {
    this.commandLine.remove();
    rmSync(this.folder, { recursive: true });
  }

  private get kubeconfig(): string {
    return join(this.folder, 'kubeconfig');
  }
}

/** A Role that the guide shows. */
function roleOfGuide(name: string): Json {
  const texts = readFileSync(GUIDE, 'utf8').matchAll(/^```yaml\n(apiVersion: rbac.*?)^```/gms);
  const role: Json = [...texts].map(([, text]) => parse(text)).find(({ metadata }) => metadata.name === name);
  if (!role) throw new Error(`the guide has no Role ${name}`);
  return role;
}
