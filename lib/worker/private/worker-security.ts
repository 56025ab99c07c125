import type { ContainerSecurityContextProps, PodSecurityContextProps } from 'cdk8s-plus-28';
import { ORDINARY_USER, RESTRICTED } from '../../manifest/restricted';
import type { Check } from '../../validation/check';
import type { WorkerJobProps } from '../worker-job-props';

/** The file system is writable, because a program that knows nothing of this package may write to /tmp. */
export function workerSecurity(props: WorkerJobProps): ContainerSecurityContextProps {
  const { securityContext: pod = {}, containerSecurityContext: container = {} } = props;
  const ensureNonRoot = container.ensureNonRoot ?? pod.ensureNonRoot ?? true;
  const ordinary = ensureNonRoot ? ORDINARY_USER : undefined;
  return {
    ...RESTRICTED,
    readOnlyRootFilesystem: false,
    ...container,
    // Kubernetes accepts no other value together with `privileged`.
    allowPrivilegeEscalation: container.allowPrivilegeEscalation ?? container.privileged ?? false,
    ensureNonRoot,
    // A setting of the container would override one of the pod, so these are set only if the pod's are not.
    user: container.user ?? (pod.user === undefined ? ordinary : undefined),
    group: container.group ?? (pod.group === undefined ? ordinary : undefined),
  };
}

/**
 * Requires security settings that Kubernetes accepts, and with which the kubelet starts the worker:
 * ValidateSecurityContext in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go, and verifyRunAsNonRoot
 * in https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/security_context_others.go
 */
export function requireWorkerSecurity(check: Check, props: WorkerJobProps): void {
  const { securityContext: pod = {}, containerSecurityContext: container = {} } = props;
  requireIds(check, 'securityContext', pod);
  requireIds(check, 'containerSecurityContext', container);
  const { user = pod.user, ensureNonRoot, allowPrivilegeEscalation } = workerSecurity(props);
  if (user === 0 && ensureNonRoot) {
    const name = container.user === 0 ? 'containerSecurityContext.user' : 'securityContext.user';
    const hint = 'Also set ensureNonRoot: false, in a namespace that admits root, or use another user.';
    throw check.conflict(
      name,
      0,
      'is root, and the kubelet starts no container as root if ensureNonRoot is true',
      hint,
    );
  }
  if (container.privileged && !allowPrivilegeEscalation) {
    const name = 'containerSecurityContext.allowPrivilegeEscalation';
    throw check.conflict(name, 'false', 'cannot be combined with privileged: true', 'Omit one of them.');
  }
}

function requireIds(check: Check, name: string, ids: PodSecurityContextProps & ContainerSecurityContextProps): void {
  for (const [key, id] of Object.entries({ user: ids.user, group: ids.group, fsGroup: ids.fsGroup })) {
    if (id !== undefined) check.wholeNumber(`${name}.${key}`, id, 0, 'It is the number of a Linux user or group.');
  }
}
