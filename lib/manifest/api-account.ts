import type { ApiObject } from 'cdk8s';
import { type ApiResource, EnvValue, type IServiceAccount, k8s, Role, ServiceAccount } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { EnvName } from '../contract/environment';
import { MountPath } from '../contract/mount-paths';

/** A service account that may do one thing with the resources of one kind in its namespace. */
export interface ApiAccount {
  readonly serviceAccount: IServiceAccount;
  /** Gives the account its right. A pod that starts earlier is refused at first. The other objects precede it. */
  readonly binding: ApiObject;
  /** The variables of a program that uses the account. Its pod must have the token. */
  readonly env: Record<string, EnvValue>;
}

/** @param name the name of the objects; by default, cdk8s generates their names */
export function apiAccount(scope: Construct, verb: string, resource: ApiResource, name?: string): ApiAccount {
  // { name: undefined } would hide the generated name.
  const metadata = name === undefined ? undefined : { name };
  const serviceAccount = new ServiceAccount(scope, 'ServiceAccount', { metadata });
  const role = new Role(scope, 'Role', { metadata });
  role.allow([verb], resource);
  // Not the RoleBinding of cdk8s-plus: it writes an empty "apiGroup", which the API server drops, so every `kubectl
  // apply` would change it.
  const binding = new k8s.KubeRoleBinding(scope, 'RoleBinding', {
    metadata,
    roleRef: { apiGroup: role.apiGroup, kind: role.kind, name: role.name },
    subjects: [{ kind: serviceAccount.kind, name: serviceAccount.name }],
  });
  binding.node.addDependency(serviceAccount, role);
  const env = { [EnvName.SERVICE_ACCOUNT_DIR]: EnvValue.fromValue(MountPath.SERVICE_ACCOUNT) };
  return { serviceAccount, binding, env };
}
