import { type Duplex, PassThrough } from 'node:stream';
import { within } from '../../lib/programs/runtime/time';
import { type ApiRequest, explainApiError, NotFoundError } from './api-error';
import {
  allPages,
  type ChangeOptions,
  type Cluster,
  type LogQuery,
  type ObjectId,
  PAGE,
  type PodPort,
  type Selection,
} from './cluster';
import { type ClusterOptions, type KubeConfig, loadKubeConfig } from './kube-config';
import type { Job } from './objects';

type ClientNode = typeof import('./client-node.mjs', { with: { 'resolution-mode': 'import' }});

/** An API server that takes longer is in trouble. */
const CALL_LIMIT_MS = 30_000;

/** The namespace of a context that names none. */
const DEFAULT_NAMESPACE = 'default';

/** The cluster that the options name. Nothing is asked of it yet. */
export async function connectToCluster(options: ClusterOptions): Promise<Cluster> {
  const client = await import('./client-node.mjs');
  const config = new client.KubeConfig();
  loadKubeConfig(config, options);
  const ofContext = config.getContextObject(config.getCurrentContext())?.namespace;
  return new ApiCluster(client, config, options.namespace || ofContext || DEFAULT_NAMESPACE);
}

/** A namespace of the cluster of a kubeconfig. */
class ApiCluster implements Cluster {
  private readonly batch;
  private readonly core;
  private readonly server: string;

  constructor(
    private readonly client: ClientNode,
    private readonly config: KubeConfig,
    readonly namespace: string,
  ) {
    this.batch = config.makeApiClient(client.BatchV1Api);
    this.core = config.makeApiClient(client.CoreV1Api);
    this.server = config.getCurrentCluster()?.server ?? '';
  }

  jobs(labels?: string) {
    const { namespace } = this;
    return this.call({ verb: 'list', resource: 'jobs', namespace }, () =>
      allPages((_continue) =>
        this.batch.listNamespacedJob({ namespace, labelSelector: labels, limit: PAGE, _continue }),
      ),
    );
  }

  async createJob(body: Job, { isTrial }: ChangeOptions) {
    const { namespace } = this;
    const request = { verb: 'create', resource: 'jobs', name: body.metadata?.name, namespace } as const;
    await this.call(request, () => this.batch.createNamespacedJob({ ...dryRun(isTrial), namespace, body }));
  }

  pods({ namespace = this.namespace, labels, fields }: Selection) {
    const selection = { namespace, labelSelector: labels, fieldSelector: fields, limit: PAGE };
    return this.call({ verb: 'list', resource: 'pods', namespace }, () =>
      allPages((_continue) => this.core.listNamespacedPod({ ...selection, _continue })),
    );
  }

  service(name: string, namespace: string) {
    const request = { verb: 'get', resource: 'services', name, namespace } as const;
    return this.call(request, () => this.core.readNamespacedService({ name, namespace }));
  }

  secret(name: string) {
    const { namespace } = this;
    const request = { verb: 'get', resource: 'secrets', name, namespace } as const;
    return this.call(request, () => this.core.readNamespacedSecret({ name, namespace }));
  }

  configMap(name: string) {
    const { namespace } = this;
    const request = { verb: 'get', resource: 'configmaps', name, namespace } as const;
    return this.call(request, () => this.core.readNamespacedConfigMap({ name, namespace }));
  }

  async remove({ kind, name, uid }: ObjectId, { isTrial }: ChangeOptions) {
    const { namespace } = this;
    const resource = kind === 'Job' ? 'jobs' : 'configmaps';
    // The API server takes the options of a deletion from its body, and then none from the query.
    const trial = isTrial ? { dryRun: [DRY_RUN] } : {};
    const request = { name, namespace, body: { preconditions: { uid }, propagationPolicy: 'Background', ...trial } };
    const remove = (): Promise<unknown> =>
      kind === 'Job' ? this.batch.deleteNamespacedJob(request) : this.core.deleteNamespacedConfigMap(request);
    try {
      await this.call({ verb: 'delete', resource, name, namespace }, remove);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }

  async suspend({ name, uid }: ObjectId, { isTrial }: ChangeOptions) {
    const { namespace } = this;
    const body = [
      { op: 'test', path: '/metadata/uid', value: uid },
      { op: 'add', path: '/spec/suspend', value: true },
    ];
    await this.call({ verb: 'patch', resource: 'jobs', name, namespace }, () =>
      this.batch.patchNamespacedJob({ ...dryRun(isTrial), name, namespace, body }),
    );
  }

  log({ pod: name, container }: LogQuery) {
    const { namespace } = this;
    const request = { verb: 'get', resource: 'pods/log', name, namespace } as const;
    return this.call(request, () => this.core.readNamespacedPodLog({ name, namespace, container, timestamps: true }));
  }

  forward({ namespace, pod, port }: PodPort, socket: Duplex) {
    // The handler ends what it takes for a command's streams when the server says so: not those of this process.
    const nowhere = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const handler = new this.client.WebSocketHandler(this.config, undefined, nowhere);
    const trouble = new PassThrough();
    trouble.once('data', () => socket.destroy());
    const forward = new this.client.PortForward(this.config, true, handler);
    return this.call({ verb: 'create', resource: 'pods/portforward', name: pod, namespace }, async () => {
      const connection = await forward.portForward(namespace, pod, [port], socket, trouble, socket);
      const webSocket = typeof connection === 'function' ? connection() : connection;
      webSocket?.addEventListener('close', () => socket.destroy());
      return () => webSocket?.close();
    });
  }

  private async call<T>(request: ApiRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await within(CALL_LIMIT_MS, `${request.verb} ${request.resource}`, work());
    } catch (error) {
      throw explainApiError(error, request, this.server);
    }
  }
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run */
const DRY_RUN = 'All';

function dryRun(isTrial: boolean): { dryRun?: string } {
  return isTrial ? { dryRun: DRY_RUN } : {};
}
