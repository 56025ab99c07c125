import { ContainerName } from '../../../lib/contract/containers';
import { bundle } from '../../../tools/programs/bundle';
import type { Json } from '../../../tools/synthesized-run';

const COURIER = 'courier.js';

/** A manifest whose couriers are the real one, bundled as the build does it, but die after the ack of this item. */
export function withCrashingCourier(objects: Json[], item: string): Json[] {
  const programs = objects.find(
    ({ kind, data, binaryData }) => kind === 'ConfigMap' && COURIER in { ...data, ...binaryData },
  );
  // It is immutable, and the namespace has one of its name already.
  const { name } = programs.metadata;
  const renamed: Json[] = JSON.parse(JSON.stringify(objects).replaceAll(name, `${name}-crashing`));
  const own = renamed.find(({ metadata }) => metadata.name === `${name}-crashing`);
  if (own.data) delete own.data[COURIER];
  delete own.binaryData[`${COURIER}.gz`];
  own.binaryData = { ...own.binaryData, [COURIER]: crashing(item).toString('base64') };
  return renamed;
}

/** A manifest whose couriers die before their first step. */
export function withStillbornCourier(objects: Json[]): Json[] {
  const changed: Json[] = JSON.parse(JSON.stringify(objects));
  const containers = changed.flatMap(({ kind, spec }) => (kind === 'Job' ? spec.template.spec.containers : []));
  for (const container of containers) if (container.name === ContainerName.COURIER) container.command = ['false'];
  return changed;
}

function crashing(item: string): Buffer {
  const lines = "import './crash-after-ack'; import '../../../lib/programs/courier/courier.program';";
  return Buffer.from(bundle(lines, __dirname, { CRASH_AFTER_ACK: JSON.stringify(item) }));
}
