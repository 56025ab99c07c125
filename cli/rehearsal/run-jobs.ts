import type { Job } from '../manifest/manifest';
import { type JobEnd, JobRun } from './job-run';
import type { RehearsalContext } from './start-container';

/** How a rehearsal ended. */
export interface Rehearsal {
  /** Whether all worker Jobs are complete. */
  readonly complete: boolean;
  /** In a sentence. */
  readonly verdict: string;
}

/** Resolves with a reason to stop, in words, or with nothing when the signal aborts. */
export type Watch = (signal: AbortSignal) => Promise<string | undefined>;

/** Runs all Jobs of a manifest, as `kubectl apply` starts them: at once. Rejects when the context's signal aborts. */
export async function runJobs(context: RehearsalContext, watch?: Watch): Promise<Rehearsal> {
  const { manifest, signal } = context;
  const start = Date.now();
  const stop = new AbortController();
  const abort = () => stop.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  const run = (job: Job) => new JobRun(job, { ...context, signal: stop.signal }).run();
  const seed = async (job: Job) => {
    const { complete, reason } = await run(job);
    // Workers would wait for the seeder forever.
    if (!complete) stop.abort(new Stopped(`Job ${job.name}: ${reason}`));
  };
  // A Job that rejects (a volume that cannot be) ends the others.
  const giveUp = (error: unknown) => stop.abort(error);
  const over = new AbortController();
  const watching = watch?.(over.signal).then((reason) => reason !== undefined && stop.abort(new Stopped(reason)));
  const seeding = manifest.seeders.map((job) => seed(job).catch(giveUp));
  const working = manifest.workers.map((job) => run(job).catch(giveUp));
  try {
    await Promise.all(seeding);
    const ends = (await Promise.all(working)).filter((end) => end !== undefined);
    stop.signal.throwIfAborted();
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    const verdicts = ends.map((end) => verdict(end, seconds, context.inImage));
    return { complete: ends.every(({ complete }) => complete), verdict: verdicts.join('\n') };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return { complete: false, verdict: `Failed: ${error.message}` };
  } finally {
    over.abort();
    await watching;
    signal.removeEventListener('abort', abort);
  }
}

/** The rehearsal has ended before its Jobs, and its message says why. */
class Stopped extends Error {}

function verdict({ complete, succeeded, completions, reason }: JobEnd, seconds: string, inImage: boolean): string {
  const count = `${succeeded} of ${completions} completions`;
  if (complete) return `Complete: ${count} in ${seconds} s`;
  // A shell ends with these if a program is missing or is not for this machine.
  const isMissing = !inImage && /exit 12[67]\b/.test(reason ?? '');
  const hint = isMissing ? '\nIs the program installed on this machine too? A rehearsal does not use the image.' : '';
  return `Failed: ${reason} (${count}, ${seconds} s)${hint}`;
}
