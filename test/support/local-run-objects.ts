import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvName } from '../../lib/contract/environment';
import { Label } from '../../lib/contract/labels';
import type { LocalRun } from '../../tools/programs/local-run';
import { type Json, SynthesizedRun } from '../../tools/synthesized-run';
import { appliedJobs, ended } from './cluster-objects';

/** What a cluster would have of a local run: its Jobs, items and broker. */
export interface LocalRunObjects {
  /** Complete, because the queue is filled. */
  readonly seeder: Json;
  readonly worker: Json;
  readonly brokerPod: Json;
  /** The Secret with the credentials, the Service of the broker and the ConfigMaps with items and programs. */
  readonly others: readonly Json[];
}

export function objectsOf(run: LocalRun, brokerUrl: string, runId?: string): LocalRunObjects {
  const { seeder, worker } = appliedJobs(new SynthesizedRun({ seeder: { runId } }));
  for (const job of [seeder, worker]) setEnvironment(job, run);
  variable(seeder, EnvName.ITEMS_DIGEST).value = run.seederEnv[EnvName.ITEMS_DIGEST];
  const [{ secret }] = volumes(worker, 'work-queue-credentials');
  const [{ projected }] = volumes(seeder, 'work-queue-items');
  const programs = [seeder, worker].map((job) => volumes(job, 'work-queue-programs')[0].configMap.name);
  const { username, password } = new URL(brokerUrl);
  const host = /\/\/([^:/]+):/.exec(variable(worker, EnvName.BROKER_URL).value)?.[1];
  return {
    seeder: ended(seeder, 'Complete'),
    worker,
    brokerPod: {
      kind: 'Pod',
      metadata: { name: 'rabbitmq-0', labels: { app: 'rabbitmq' } },
      spec: { containers: [{ name: 'rabbitmq', ports: [{ name: 'amqp', containerPort: 5672 }] }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    },
    others: [
      {
        kind: 'Secret',
        metadata: { name: secret.secretName },
        data: { username: base64(username || 'guest'), password: base64(password || 'guest') },
      },
      {
        kind: 'Service',
        metadata: { name: host },
        spec: { selector: { app: 'rabbitmq' }, ports: [{ port: 5672, targetPort: 'amqp' }] },
      },
      { ...configMap(projected.sources[0].configMap.name), binaryData: pieces(run) },
      ...programs.map((name) => configMap(name)),
    ],
  };
}

function configMap(name: string): Json {
  return { kind: 'ConfigMap', metadata: { name, uid: `uid-of-${name}`, labels: { [Label.CHART]: 'test' } } };
}

function setEnvironment(job: Json, run: LocalRun): void {
  for (const name of [EnvName.QUEUE, EnvName.RUN, EnvName.ITEM_COUNT]) variable(job, name).value = run.seederEnv[name];
}

/** The variable of the container that talks to the broker, which is the last one. */
function variable(job: Json, name: string): Json {
  return job.spec.template.spec.containers.at(-1).env.find((each: Json) => each.name === name);
}

function volumes(job: Json, name: string): Json[] {
  return job.spec.template.spec.volumes.filter((volume: Json) => volume.name === name);
}

function pieces(run: LocalRun): Record<string, string> {
  const folder = join(run.folder, 'items');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'base64')]));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
