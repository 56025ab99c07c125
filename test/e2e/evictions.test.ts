import { Size } from 'cdk8s';
import { Volume } from 'cdk8s-plus-28';
import { Program, WorkItems } from '../../lib';
import { lastWords, useNamespace } from '../../tools/cluster/namespace';
import { newChart, SynthesizedRun } from '../../tools/synthesized-run';

/** More than the volume may hold. The kubelet then evicts the pod, and does not say that this was a disruption. */
const FILL = 'dd if=/dev/zero of=/scratch/big bs=1M count=40; while :; do sleep 5; done';

/** The kubelet looks at volumes now and then, and the Job controller waits after each evicted pod, longer each time. */
const MINUTES = 8;

describe('an item for which its pod is evicted, because it fills a volume', () => {
  const { namespace, test } = useNamespace();

  function runOf(runId: string, trap: string): SynthesizedRun {
    const chart = newChart();
    const volume = Volume.fromEmptyDir(chart, 'Scratch', 'scratch', { sizeLimit: Size.mebibytes(8) });
    const props = {
      items: WorkItems.list(['big', 'ok 1', 'ok 2']),
      seeder: { runId },
      worker: {
        maxInterruptions: 2,
        toleratedDeadLetters: 1,
        volumes: [volume],
        volumeMounts: [{ path: '/scratch', volume }],
        program: Program.command('sh', '-c', `${trap}item=$(cat); [ "$item" != big ] || { ${FILL}; }`),
      },
    };
    return new SynthesizedRun(props, chart);
  }

  async function expectDeadLetter(run: SynthesizedRun): Promise<void> {
    const { outcome, succeeded } = await namespace.ended(run.job.name, MINUTES * 60);
    expect([outcome, succeeded]).toEqual(['Complete', 3]);
    const words = (await namespace.podsOf(run.job.name)).map((pod) => lastWords(pod, 'courier'));
    expect(words.join('\n')).toContain(
      'all 3 items settled: 2 done, 1 dead letter (1 tolerated): item 0 "big" (interrupted 2 times: ',
    );
  }

  // Side by side: each takes minutes, because the Job controller waits after each evicted pod.
  test('becomes a dead letter, and the other items are done, whether its program obeys SIGTERM or not', async () => {
    const runs = [runOf('obeys', ''), runOf('ignores', 'trap "" TERM; ')]; // both containers are killed
    // One after the other: they share objects, and kubectl fails to create what another one has just created.
    for (const run of runs) await namespace.apply(run.objects());
    await Promise.all(runs.map(expectDeadLetter));
  });
});
