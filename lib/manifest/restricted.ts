import { Capability, type ContainerSecurityContextProps, SeccompProfileType } from 'cdk8s-plus-28';

/**
 * What the `restricted` Pod Security Standard requires of a container. It also requires a user other than root, which
 * cdk8s-plus requires by default. https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const RESTRICTED: ContainerSecurityContextProps = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: [Capability.ALL] },
  seccompProfile: { type: SeccompProfileType.RUNTIME_DEFAULT },
};

/** The user `node` of the node image, which is also the default user of a worker. */
export const ORDINARY_USER = 1000;
