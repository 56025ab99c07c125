import { type Json, SynthesizedPoolRun, SynthesizedRun } from '../../../tools/synthesized-run';
import { Targets } from '../../chaos/targets';

const JOB_LABEL = 'batch.kubernetes.io/job-name';

describe('the targets of the fault bench', () => {
  let pods: Json[];
  let targets: Targets;

  beforeEach(() => {
    pods = [];
    targets = new Targets({
      get all() {
        return pods;
      },
      stop() {},
    });
  });

  test('are pods whose courier or broker runs, with the containers that do', () => {
    pods = [
      pod('a-1', 'a', { worker: true, courier: true }),
      pod('a-2', 'a', { worker: true, courier: false }),
      pod('broker-0', undefined, { rabbitmq: true }),
    ];
    expect(targets.workers).toEqual([
      { pod: 'a-1', job: 'a', containers: { worker: 'a-1-worker', courier: 'a-1-courier' } },
    ]);
    expect(targets.brokers.map(({ pod }) => pod)).toEqual(['broker-0']);
  });

  test('whose Job was hit are not to lose before another pod of it has succeeded', () => {
    pods = [succeeded('a-0', 'a'), worker('a-1', 'a'), worker('a-2', 'a'), worker('b-1', 'b')];
    expect(names()).toEqual(['a-1', 'a-2', 'b-1']);
    targets.hit([targets.workers[0]]);
    expect(names()).toEqual(['b-1']);
    pods = [succeeded('a-0', 'a'), succeeded('a-2', 'a'), worker('a-3', 'a'), worker('b-1', 'b')];
    expect(names()).toEqual(['a-3', 'b-1']);
  });

  test('can be hit once before any pod of their Job has succeeded', () => {
    pods = [worker('a-1', 'a'), worker('a-2', 'a')];
    targets.hit(targets.workers);
    expect(names()).toEqual([]);
    pods.push(succeeded('a-3', 'a'));
    expect(names()).toEqual(['a-1', 'a-2']);
  });

  test('are not to lose in a pool when their index has failed four times, whatever else succeeds or is hit', () => {
    pods = [
      ...[0, 1, 3, 4].map((failures) => inPool(`p-${failures}`, { failures })),
      inPool('p-ignored', { failures: 1, ignored: 3 }),
      inPool('p-half-ignored', { failures: 1, ignored: 2 }),
      succeeded('p-done', 'p'),
    ];
    const expected = ['p-0', 'p-1', 'p-3', 'p-half-ignored'];
    expect(names()).toEqual(expected);
    targets.hit(targets.workers);
    expect(names()).toEqual(expected);
  });

  test('of some faults are only pools, or only Jobs', () => {
    const [pool, job] = [new SynthesizedPoolRun(), new SynthesizedRun()];
    for (const run of [pool, job]) targets.runs.add(run);
    expect(targets.pools).toEqual([pool]);
    expect(targets.jobs).toEqual([job]);
  });

  /** A pod of an index of which so many pods have failed before. */
  function inPool(name: string, { failures, ignored }: { failures: number; ignored?: number }): Json {
    const found = worker(name, 'p');
    found.metadata.annotations = {
      'batch.kubernetes.io/job-index-failure-count': String(failures),
      ...(ignored && { 'batch.kubernetes.io/job-index-ignored-failure-count': String(ignored) }),
    };
    return found;
  }

  function names(): string[] {
    return targets.workersToLose.map(({ pod }) => pod);
  }

  function worker(name: string, job: string): Json {
    return pod(name, job, { worker: true, courier: true });
  }

  function succeeded(name: string, job: string): Json {
    const ended = pod(name, job, { worker: false, courier: false });
    ended.status.phase = 'Succeeded';
    return ended;
  }

  function pod(name: string, job: string | undefined, containers: Record<string, boolean>): Json {
    return {
      metadata: { name, labels: job === undefined ? undefined : { [JOB_LABEL]: job } },
      status: {
        phase: 'Running',
        containerStatuses: Object.entries(containers).map(([container, runs]) => ({
          name: container,
          state: runs ? { running: {} } : { terminated: {} },
          containerID: `containerd://${name}-${container}`,
        })),
      },
    };
  }
});
