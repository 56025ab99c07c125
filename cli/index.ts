export { ClusterRun } from './cluster/cluster-run';
export { runCommandLine } from './commands/command-line';
export { Manifest } from './manifest/manifest';
