export { ClusterRun } from './cluster/cluster-run';
export { Manifest } from './rehearsal/manifest';
export { rehearse } from './rehearsal/rehearse';
