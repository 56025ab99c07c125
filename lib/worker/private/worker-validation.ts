import type { Container, EnvValue, k8s } from 'cdk8s-plus-28';
import type { IValidation } from 'constructs';
import { synthError } from '../../validation/synth-error';
import type { WorkerJobProps } from '../worker-job-props';
import { valueTemplate } from './item-use';
import { requireNoPlaceholder } from './placeholders';
import { requireFreeVariables } from './program-variables';
import { requireFreePaths } from './worker-mounts';

interface ValidatedWorker {
  readonly props: WorkerJobProps;
  readonly pod: () => k8s.PodTemplateSpec;
  /** The variables that this package sets, and why. */
  readonly setByPackage: ReadonlyMap<string, string>;
}

/** Checks at synth what the worker's pods have got since the constructor of the Job. */
export class WorkerValidation implements IValidation {
  private readonly generatedMounts: number;
  /** The variables that this package has set. */
  private readonly generated: Readonly<Record<string, EnvValue>>;

  constructor(
    private readonly context: string,
    private readonly worker: Container,
    private readonly options: ValidatedWorker,
  ) {
    const { props, setByPackage } = options;
    this.generatedMounts = worker.mounts.length - (props.volumeMounts?.length ?? 0);
    const all = Object.entries(worker.env.variables);
    this.generated = Object.fromEntries(all.filter(([name]) => setByPackage.has(name)));
  }

  public validate(): string[] {
    return [
      () => this.requireMounts(),
      () => this.requireVariables(),
      () => requireNoPlaceholder(this.context, this.options.pod()),
    ].flatMap((check) => {
      try {
        check();
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
  }

  private requireMounts(): void {
    requireFreePaths(this.context, this.worker.mounts.slice(this.generatedMounts));
  }

  private requireVariables(): void {
    const { props, setByPackage } = this.options;
    const all = Object.entries(this.worker.env.variables);
    const given = Object.fromEntries(all.filter(([name, value]) => value !== this.generated[name]));
    for (const [name, value] of Object.entries(given)) this.requireFixed(name, value);
    requireFreeVariables(this.context, { ...props, envVariables: given }, setByPackage);
  }

  /** The courier knows only the variables of the constructor that contain the item, and sets them for each item. */
  private requireFixed(name: string, value: EnvValue): void {
    const { [name]: ofConstructor } = this.options.props.envVariables ?? {};
    if (valueTemplate(value)) {
      const problem = `variable ${name} contains the item or a field of it, but was added after the constructor`;
      throw synthError(this.context, problem, 'Set it in envVariables.');
    }
    if (ofConstructor && valueTemplate(ofConstructor)) {
      const problem = `variable ${name} was added after the constructor, but envVariables already sets it for each item`;
      throw synthError(this.context, problem, 'Use another name, or remove it from envVariables.');
    }
  }
}
