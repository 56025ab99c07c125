import { ownConfigMaps, usedConfigMaps } from '../../../cli/cleaning/config-maps';
import type { Json } from '../../../tools/synthesized-run';
import { appliedJobs } from '../../support/cluster-objects';

test('of the ConfigMaps that a Job uses, only those are its own that this package mounts', () => {
  const { seeder, worker } = appliedJobs();
  const { spec } = worker.spec.template;
  const configMapOf = (name: string) => spec.volumes.find((volume: Json) => volume.name === name)?.configMap.name;
  spec.volumes.push({ name: 'of-the-user', configMap: { name: 'settings' } });
  spec.containers[0].volumeMounts.push({ name: 'of-the-user', mountPath: '/settings' });
  spec.containers[0].env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'variables', key: 'a' } } }];
  spec.containers[0].envFrom = [{ configMapRef: { name: 'environment' } }];
  expect(ownConfigMaps(worker)).toEqual([configMapOf('work-queue-programs')]);
  expect(usedConfigMaps(worker).sort()).toEqual(
    [configMapOf('work-queue-programs'), 'environment', 'settings', 'variables'].sort(),
  );
  expect(ownConfigMaps(seeder)).toEqual([
    expect.stringMatching(/^test-seeder-/),
    expect.stringMatching(/^test-fruits-items-0-/),
  ]);
});
