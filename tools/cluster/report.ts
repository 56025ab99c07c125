import type { Json } from '../synthesized-run';
import { kubectl } from './kubectl';

/** What a person needs to see why a test has failed. */
export async function report(namespace: string): Promise<string> {
  const ask = (...args: string[]) => kubectl('--namespace', namespace, ...args).catch((error: Error) => error.message);
  const pods: Json[] = JSON.parse(await kubectl('--namespace', namespace, 'get', 'pods', '--output', 'json')).items;
  const parts = [
    await ask('get', 'pods', '--output', 'wide'),
    await ask('get', 'persistentvolumeclaims,jobs', '--output', 'wide'),
    await ask('get', 'events', '--sort-by', '.metadata.creationTimestamp'),
  ];
  for (const { metadata, status } of pods.filter(isOfInterest).slice(-8)) {
    parts.push(`--- pod ${metadata.name}: ${status.phase}`);
    if (status.phase !== 'Running') parts.push(await ask('describe', 'pod', metadata.name));
    parts.push(await ask('logs', metadata.name, '--all-containers', '--prefix', '--timestamps', '--tail', '25'));
  }
  return parts.join('\n');
}

function isOfInterest({ metadata, status }: Json): boolean {
  return status.phase !== 'Succeeded' && !/rabbitmq-.*-\d+$/.test(metadata.name);
}
