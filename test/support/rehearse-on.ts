import type { Manifest } from '../../cli/rehearsal/manifest';
import { type Rehearsal, rehearse } from '../../cli/rehearsal/rehearse';
import type { Broker } from '../../tools/programs/broker';

/** Runs a rehearsal with an existing broker, and returns its output too. */
export async function rehearseOn(broker: Broker, manifest: Manifest): Promise<Rehearsal & { output: string }> {
  const lines: string[] = [];
  const url = process.env.BROKER_URL;
  process.env.BROKER_URL = broker.url;
  try {
    const rehearsal = await rehearse(manifest, (line) => lines.push(line), new AbortController().signal);
    return { ...rehearsal, output: lines.join('\n') };
  } finally {
    if (url === undefined) delete process.env.BROKER_URL;
    else process.env.BROKER_URL = url;
  }
}
