import type { Broker } from '../../../tools/programs/broker';
import type { LocalPod, LocalRun } from '../../../tools/programs/local-run';
import { useRuns } from '../../support/use-runs';

/** Runs over classic queues, ended after each test. */
export function useClassicRuns(broker: () => Broker): (items: readonly string[]) => LocalRun {
  const { runOf } = useRuns(broker);
  return (items) => runOf({ items, queueType: 'classic' });
}

/** Pods as a Job starts them: so many at a time, as many as there are completions. Their exit codes. */
export async function asJob(
  { parallelism, completions }: { parallelism: number; completions: number },
  start: () => LocalPod,
): Promise<(number | NodeJS.Signals)[]> {
  const codes: (number | NodeJS.Signals)[] = [];
  let left = completions;
  const slot = async () => {
    while (left-- > 0) codes.push(await start().exit());
  };
  await Promise.all(Array.from({ length: parallelism }, slot));
  return codes;
}
