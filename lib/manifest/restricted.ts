import { Capability, type ContainerSecurityContextProps, SeccompProfileType } from 'cdk8s-plus-28';

/**
 * What the `restricted` Pod Security Standard asks of a container, beside a user that is not root, which cdk8s-plus demands
 * by default. https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const RESTRICTED: ContainerSecurityContextProps = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: [Capability.ALL] },
  seccompProfile: { type: SeccompProfileType.RUNTIME_DEFAULT },
};

/** The user `node` of the node image, and the default of a worker. */
export const ORDINARY_USER = 1000;
