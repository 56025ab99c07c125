import type { Manifest } from '../../cli/rehearsal/manifest';
import { type Rehearsal, rehearse } from '../../cli/rehearsal/rehearse';
import type { Broker } from '../../tools/programs/broker';

/** A rehearsal over a broker that runs already, with all that it says. */
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
