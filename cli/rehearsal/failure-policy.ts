import type { k8s } from 'cdk8s-plus-28';
import type { PodEnd } from './pod-process';

export type Action = 'Count' | 'FailJob' | 'Ignore';

/** What the Job does about a failed pod: the action of the first rule that fits. `onPodConditions` needs a cluster. */
export function actionFor(pod: PodEnd, policy: k8s.PodFailurePolicy | undefined): Action {
  const rule = policy?.rules.find(({ onExitCodes }) => onExitCodes && fits(onExitCodes, pod));
  return (rule?.action as Action | undefined) ?? 'Count';
}

function fits(rule: k8s.PodFailurePolicyOnExitCodesRequirement, pod: PodEnd): boolean {
  const failed = [...pod].filter(([, { exitCode }]) => exitCode !== 0);
  return failed
    .filter(([name]) => rule.containerName === undefined || rule.containerName === name)
    .some(([, { exitCode }]) => rule.values.includes(exitCode) === (rule.operator === 'In'));
}
