import type { Manifest } from '../../cli/manifest/manifest';
import { type RehearsalOptions, rehearse } from '../../cli/rehearsal/rehearse';
import type { Rehearsal } from '../../cli/rehearsal/run-jobs';
import type { Broker } from '../../tools/programs/broker';

/** Runs a rehearsal with an existing broker, and returns its output too. */
export async function rehearseOn(
  broker: Broker,
  manifest: Manifest,
  options: Omit<RehearsalOptions, 'log' | 'signal'> = {},
): Promise<Rehearsal & { output: string }> {
  const lines: string[] = [];
  const url = process.env.BROKER_URL;
  process.env.BROKER_URL = broker.url;
  try {
    const rehearsal = await rehearse(manifest, {
      ...options,
      log: (line) => lines.push(line),
      signal: new AbortController().signal,
    });
    return { ...rehearsal, output: lines.join('\n') };
  } finally {
    if (url === undefined) delete process.env.BROKER_URL;
    else process.env.BROKER_URL = url;
  }
}
