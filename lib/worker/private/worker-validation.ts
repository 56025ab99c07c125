import type { Container, EnvValue } from 'cdk8s-plus-28';
import type { IValidation } from 'constructs';
import { ProgramEnvName } from '../../contract/environment';
import type { CoarseWorkerJobProps } from '../coarse-worker-job-props';
import { requireFreeVariables } from './program-variables';
import { requireFreePaths } from './worker-mounts';

/** Checks at synth the mounts and variables that the worker's container has got since the constructor of the Job. */
export class WorkerValidation implements IValidation {
  private readonly generatedMounts: number;
  private readonly queueName: EnvValue;

  constructor(
    private readonly context: string,
    private readonly worker: Container,
    private readonly props: CoarseWorkerJobProps,
  ) {
    this.generatedMounts = worker.mounts.length - (props.volumeMounts?.length ?? 0);
    this.queueName = worker.env.variables[ProgramEnvName.QUEUE];
  }

  public validate(): string[] {
    return [() => this.requireMounts(), () => this.requireVariables()].flatMap((check) => {
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
    const { [ProgramEnvName.QUEUE]: queueName, ...others } = this.worker.env.variables;
    const envVariables = queueName === this.queueName ? others : this.worker.env.variables;
    requireFreeVariables(this.context, { ...this.props, envVariables });
  }
}
