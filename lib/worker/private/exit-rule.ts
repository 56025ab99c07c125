/**
 * A rule for exit codes of a container. The first rule that matches applies, and no rule matches a container that ended
 * with 0. https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
export function exitRule(action: string, containerName: string, operator: 'In' | 'NotIn', values: number[]): object {
  return { action, onExitCodes: { containerName, operator, values } };
}
