/** Kubernetes objects as the API server returns them. Types of an ES module, which a CommonJS module imports like this. */
export type ConfigMap = import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' }}).V1ConfigMap;
export type Container = import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' }}).V1Container;
export type ContainerStatus = import('@kubernetes/client-node', { with: {
  'resolution-mode': 'import',
}}).V1ContainerStatus;
export type EnvVar = import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' }}).V1EnvVar;
export type Job = import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' }}).V1Job;
export type Pod = import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' }}).V1Pod;
export type Secret = import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' }}).V1Secret;
export type Service = import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' }}).V1Service;
export type Volume = import('@kubernetes/client-node', { with: { 'resolution-mode': 'import' }}).V1Volume;
