import type { Duplex } from 'node:stream';
import type { ConfigMap, Job, Pod, Secret, Service } from './objects';

/** Which objects, as kubectl's options of the same names say it. */
export interface Selection {
  readonly namespace?: string;
  readonly labels?: string;
  readonly fields?: string;
}

/** Which container's log. */
export interface LogQuery {
  readonly pod: string;
  readonly container: string;
}

/** An object, by its identity: another one of the same name is not meant. */
export interface ObjectId {
  readonly kind: 'Job' | 'ConfigMap';
  readonly name: string;
  readonly uid: string | undefined;
}

export interface ChangeOptions {
  /** Changes nothing: the API server says whether it would. */
  readonly isTrial: boolean;
}

/** One namespace of a cluster, as far as the commands need it. Everything rejects with a `CommandError`. */
export interface Cluster {
  readonly namespace: string;
  /** All Jobs without labels to select them by. */
  jobs(labels?: string): Promise<Job[]>;
  pods(selection: Selection): Promise<Pod[]>;
  service(name: string, namespace: string): Promise<Service>;
  secret(name: string): Promise<Secret>;
  configMap(name: string): Promise<ConfigMap>;
  /** Creates a Job. Rejects with a `ConflictError` if there is one of its name. */
  createJob(job: Job, options: ChangeOptions): Promise<void>;
  /** Deletes an object, a Job with its pods. An object that is gone is no error. */
  remove(object: ObjectId, options: ChangeOptions): Promise<void>;
  /** Ends the pods of a Job, and lets it have no others. */
  suspend(job: ObjectId, options: ChangeOptions): Promise<void>;
  /** The log with the time before each line. */
  log(query: LogQuery): Promise<string>;
  /** Connects a socket with a port of a pod. Resolves to how the connection to the pod is ended; that ends the socket as well. */
  forward(target: PodPort, socket: Duplex): Promise<() => void>;
}

export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** The objects of an API server, at most so many an answer. */
export const PAGE = 500;

/** All pages of a list. */
export async function allPages<T>(
  page: (next: string | undefined) => Promise<{ items: T[]; metadata?: { _continue?: string } }>,
): Promise<T[]> {
  const found: T[] = [];
  let next: string | undefined;
  do {
    const { items, metadata } = await page(next);
    found.push(...items);
    next = metadata?._continue || undefined;
  } while (next !== undefined);
  return found;
}
