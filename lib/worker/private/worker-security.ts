import type { ContainerSecurityContextProps, PodSecurityContextProps } from 'cdk8s-plus-28';
import { ORDINARY_USER, RESTRICTED } from '../../manifest/restricted';
import type { Check } from '../../validation/check';
import type { CoarseWorkerJobProps } from '../coarse-worker-job-props';

/** The file system is not read-only: a program that knows nothing of us may write to /tmp. */
export function workerSecurity(props: CoarseWorkerJobProps): ContainerSecurityContextProps {
  const { securityContext: pod = {}, containerSecurityContext: own = {} } = props;
  const ensureNonRoot = own.ensureNonRoot ?? pod.ensureNonRoot ?? true;
  const ordinary = ensureNonRoot ? ORDINARY_USER : undefined;
  return {
    ...RESTRICTED,
    readOnlyRootFilesystem: false,
    ...own,
    // Kubernetes takes no other together with `privileged`.
    allowPrivilegeEscalation: own.allowPrivilegeEscalation ?? own.privileged ?? false,
    ensureNonRoot,
    // What is set for the pod holds: a container's own setting would hide it.
    user: own.user ?? (pod.user === undefined ? ordinary : undefined),
    group: own.group ?? (pod.group === undefined ? ordinary : undefined),
  };
}

/**
 * ValidateSecurityContext in https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go, and
 * verifyRunAsNonRoot in https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/security_context_others.go
 */
export function requireWorkerSecurity(check: Check, props: CoarseWorkerJobProps): void {
  const { securityContext: pod = {}, containerSecurityContext: own = {} } = props;
  requireIds(check, 'securityContext', pod);
  requireIds(check, 'containerSecurityContext', own);
  const { user = pod.user, ensureNonRoot, allowPrivilegeEscalation } = workerSecurity(props);
  if (user === 0 && ensureNonRoot) {
    const name = own.user === 0 ? 'containerSecurityContext.user' : 'securityContext.user';
    const hint = 'Set ensureNonRoot: false beside it, in a namespace that admits root, or take another user.';
    throw check.conflict(name, 0, 'is root, whom the kubelet does not start unless it is told to', hint);
  }
  if (own.privileged && !allowPrivilegeEscalation) {
    const name = 'containerSecurityContext.allowPrivilegeEscalation';
    throw check.conflict(name, 'false', 'cannot be together with privileged: true', 'Leave it out, or privileged.');
  }
}

function requireIds(check: Check, name: string, ids: PodSecurityContextProps & ContainerSecurityContextProps): void {
  for (const [key, id] of Object.entries({ user: ids.user, group: ids.group, fsGroup: ids.fsGroup })) {
    if (id !== undefined) check.wholeNumber(`${name}.${key}`, id, 0, 'It is the number of a user or a group of Linux.');
  }
}
