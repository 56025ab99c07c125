/**
 * The parts of `@kubernetes/client-node` that the command line uses. The package is an ES module, which CommonJS loads only by
 * `import()`; named here, because esbuild leaves out the rest of a module of which it knows all that is used.
 */
export { BatchV1Api, CoreV1Api, KubeConfig, PortForward } from '@kubernetes/client-node';
export { WebSocketHandler } from '@kubernetes/client-node/dist/web-socket-handler.js';
