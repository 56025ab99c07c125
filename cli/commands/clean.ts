import { visible } from '../../lib/programs/runtime/visible';
import { deleteRun, tryPlans } from '../cleaning/delete-runs';
import { planLines, planQuestion } from '../cleaning/plan-text';
import { checkRuns, objectionText, type RunCheck } from '../cleaning/run-check';
import { planKey, planRuns, type RunPlan } from '../cleaning/run-plan';
import type { Cluster } from '../kubernetes/cluster';
import { findRun } from '../run-state/find-run';
import type { Observer } from '../run-state/observer';
import { CommandError } from '../system/command-error';
import { confirm } from '../terminal/confirm';
import { addBrokerOptions, type CommonOptions, commonOptions, RUN_ARGUMENT, withObserver } from './cluster-options';
import type { AddCommand, CommandIo } from './command-io';
import { examples } from './examples';
import { ExitStatus } from './exit-status';

interface CleanOptions extends CommonOptions {
  readonly finished?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export const addClean: AddCommand = (program, io, run) => {
  addBrokerOptions(program.command('clean'))
    .argument('[run]', RUN_ARGUMENT)
    .description('delete what is left of a run that is over: its queues, Jobs, pods and ConfigMaps')
    .option('--finished', 'all runs of the namespace that are over and settled, instead of one')
    .option('--dry-run', 'only show what would be deleted')
    .option('--yes', 'do not ask')
    .option('--force', 'also a run that is not settled, or whose broker does not answer')
    .addHelpText('after', examples('cdk8s-work-queue clean RUN', 'cdk8s-work-queue clean --finished --yes'))
    .action((name: string | undefined, _, command) => {
      const options = commonOptions<CleanOptions>(command);
      if ((name === undefined) !== (options.finished === true)) {
        command.error('error: name one run, or give --finished for all that are over');
      }
      return run(() =>
        withObserver(options, LOOKS, (observer, cluster) => {
          const selection = new Selection({ name, options, observer, cluster });
          return clean(selection, options, io);
        }),
      );
    });
};

const LOOKS = { details: false, queues: false };

async function clean(selection: Selection, { dryRun, yes = false }: CleanOptions, io: CommandIo): Promise<number> {
  const { stdout, stderr, interrupt } = io;
  const warn = (sentence: string) => void stderr.write(`${visible(sentence)}\n`);
  const { plans, refused } = await selection.plan();
  for (const check of refused) warn(objectionText(check));
  const isKnown = refused.every(({ objection }) => objection?.kind !== 'unknown');
  const exitCode = isKnown ? ExitStatus.OK : ExitStatus.ERROR;
  if (plans.length === 0) {
    warn(`Nothing to delete: no run of namespace ${selection.namespace} is over and settled`);
    return exitCode;
  }
  for (const line of plans.flatMap(planLines)) stdout.write(`${line}\n`);
  if (dryRun) return exitCode;
  if (!(await confirm(io, planQuestion(plans), yes))) {
    warn('Nothing was deleted');
    return exitCode;
  }
  await selection.requireUnchanged(plans);
  await tryPlans(plans, selection.cluster);
  for (const plan of plans) {
    await deleteRun(plan, { cluster: selection.cluster, observer: selection.observer, interrupt, warn });
    stdout.write(`Run ${visible(plan.check.run.run)} is deleted${remainder(plan)}\n`);
  }
  return exitCode;
}

function remainder({ remainingQueues }: RunPlan): string {
  if (remainingQueues.length === 0) return '';
  return `; if its broker exists, these queues remain there: ${remainingQueues.join(', ')}`;
}

interface SelectionProps {
  readonly name: string | undefined;
  readonly options: CleanOptions;
  readonly observer: Observer;
  readonly cluster: Cluster;
}

/** The runs that a person has named. */
class Selection {
  readonly cluster: Cluster;
  readonly observer: Observer;

  constructor(private readonly props: SelectionProps) {
    ({ cluster: this.cluster, observer: this.observer } = props);
  }

  get namespace(): string {
    return this.cluster.namespace;
  }

  /** What is deleted, and the runs that are not. That one run is not is an error. */
  async plan(): Promise<{ plans: RunPlan[]; refused: RunCheck[] }> {
    const { name } = this.props;
    const runs = await this.observer.list();
    const checks = await checkRuns(this.observer, name === undefined ? runs : [findRun(runs, name, this.namespace)]);
    const refused = checks.filter((check) => !this.accepts(check));
    if (name !== undefined && refused.length > 0) throw new CommandError(objectionText(refused[0]));
    const accepted = checks.filter((check) => this.accepts(check));
    return { plans: await planRuns(this.cluster, accepted), refused };
  }

  /** A person may have thought about the question for a while. */
  async requireUnchanged(plans: readonly RunPlan[]): Promise<void> {
    const now = await this.plan();
    if (planKey(now.plans) === planKey(plans)) return;
    throw new CommandError(
      'Nothing was deleted: what there is to delete has changed meanwhile. Run the command again, and look at it again',
    );
  }

  /** With `--finished`, a run that goes on is never meant. */
  private accepts({ objection }: RunCheck): boolean {
    if (!objection) return true;
    const { force = false, finished = false } = this.props.options;
    return force && !(finished && objection.kind === 'active');
  }
}
