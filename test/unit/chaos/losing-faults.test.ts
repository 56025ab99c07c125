import { relatedQueues } from '../../../lib/contract/queues';
import { type AnySynthesizedRun, SynthesizedPoolRun, SynthesizedRun } from '../../../tools/synthesized-run';
import { INFLICT, type World } from '../../chaos/faults';
import { Losses } from '../../chaos/losses';
import type { Fault, FaultKind } from '../../chaos/schedule';
import { Targets } from '../../chaos/targets';

type Change = 'count' | 'purge' | 'delete';
type Answer = number | 'missing' | undefined;

/** Sizes of the fault that pick one of the five queues of a run. */
const [WORK, LEDGER, SETTLED] = [0.1, 0.5, 0.7];

describe('a fault inside the broker', () => {
  let losses: Losses;
  let run: SynthesizedRun;
  /** What the client was asked to change, and what was noted by then. */
  let changes: (readonly [Change, string, readonly string[]])[];

  beforeEach(() => {
    losses = new Losses();
    run = new SynthesizedRun();
    changes = [];
  });

  test('that purges the work queue is noted before it happens', async () => {
    expect(await inflict('work queue purged', { count: 3, purge: 2 })).toBe('over');
    const { queueName } = run.queue;
    expect(changes).toEqual([
      ['count', queueName, []],
      ['purge', queueName, ['items']],
    ]);
    expect(noted()).toEqual(['items']);
  });

  test('stays noted if nobody knows whether it happened', async () => {
    expect(await inflict('work queue purged', { count: 3, purge: undefined })).toBe('over');
    expect(noted()).toEqual(['items']);
  });

  test.each<[string, Partial<Record<Change, Answer>>]>([
    ['there is no message', { count: 0 }],
    ['there is no queue', { count: 'missing' }],
    ['the client can do nothing at the moment', { count: undefined }],
    ['another client has taken the messages meanwhile', { count: 1, purge: 0 }],
  ])('takes nothing if %s', async (_, answers) => {
    expect(await inflict('work queue purged', answers)).toBe('nothing there');
    expect(noted()).toEqual([]);
  });

  test.each(['seeded mark purged', 'settled mark purged'] as const)('may take no item: %s', async (kind) => {
    expect(await inflict(kind, { count: 1, purge: 1 })).not.toBe('nothing there');
    expect(noted()).toEqual([]);
  });

  test.each([
    ['the work queue', WORK, (queue: string) => queue, ['items', 'queue']],
    ['the ledger', LEDGER, (queue: string) => relatedQueues(queue).ledger, ['queue', 'records']],
    ['the queue of the settled mark', SETTLED, (queue: string) => relatedQueues(queue).settled, ['queue']],
  ])('that deletes %s may take what is in it, and the queue may be missing', async (_, size, nameOf, taken) => {
    const outcome = await inflict('queue deleted', { count: 0, delete: 0 }, { size });
    expect(outcome).toMatchObject({ milliseconds: expect.any(Number) });
    const queue = nameOf(run.queue.queueName);
    expect(changes.map(([change, name]) => [change, name])).toEqual([
      ['count', queue],
      ['delete', queue],
    ]);
    expect(noted()).toEqual(taken);
    expect(losses.deletedOf(run.queue.queueName)).toEqual([queue]);
  });

  test('deletes no queue that does not exist yet, and none of a pool', async () => {
    expect(await inflict('queue deleted', { count: 'missing' })).toBe('nothing there');
    expect(noted()).toEqual([]);
    expect(await inflict('queue deleted', { count: 1, delete: 1 }, { runs: [new SynthesizedPoolRun()] })).toBe(
      'nothing there',
    );
  });

  test('resizes no Job', async () => {
    expect(await inflict('pool resized', {})).toBe('nothing there');
  });

  function noted(): string[] {
    return [...losses.of(run.queue.queueName)].sort();
  }

  function inflict(
    kind: FaultKind,
    answers: Partial<Record<Change, Answer>>,
    { size = 0, runs = [run] }: { size?: number; runs?: AnySynthesizedRun[] } = {},
  ) {
    const targets = new Targets({ all: [], stop() {} });
    for (const one of runs) targets.runs.add(one);
    const client = {
      change: async (change: Change, { queue }: AnySynthesizedRun, name: string) => {
        changes.push([change, name, [...losses.of(queue.queueName)]]);
        return answers[change];
      },
    };
    const fault: Fault = { kind, after: 0, target: 0, size };
    return INFLICT[kind]({ client, losses, targets } as unknown as World, fault);
  }
});
