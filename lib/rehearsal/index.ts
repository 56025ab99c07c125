export { ClusterRun } from './cluster-run';
export { Manifest } from './manifest';
export { rehearse } from './rehearse';
