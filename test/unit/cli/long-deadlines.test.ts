import { Manifest } from '../../../cli/manifest/manifest';
import type { ApiObject } from '../../../cli/manifest/parse-objects';
import { JobRun } from '../../../cli/rehearsal/job-run';
import { Workspace } from '../../../cli/system/workspace';
import { EnvName } from '../../../lib/contract/environment';

/** The largest number of seconds that a Job of this package has: ten years. A timer of Node.js holds 24.8 days. */
const TEN_YEARS_SECONDS = 315_360_000;

let workspace: Workspace;
beforeAll(() => {
  workspace = new Workspace('long-deadlines');
});
afterAll(() => workspace.close());

test.each([2 ** 31 / 1000, TEN_YEARS_SECONDS])(
  'a rehearsed Job with an `activeDeadlineSeconds` of %d runs to its end',
  async (activeDeadlineSeconds) => {
    const { job, context } = rehearsed({ activeDeadlineSeconds, command: ['sh', '-c', 'sleep 0.3'] });
    expect(await new JobRun(job, context).run()).toMatchObject({ complete: true, reason: undefined });
  },
);

test('a rehearsed Job ends at its `activeDeadlineSeconds`, and its pods have their long grace period', async () => {
  const { job, context } = rehearsed({
    activeDeadlineSeconds: 1,
    command: ['sh', '-c', 'trap "sleep 0.3; echo graceful; exit" TERM; while :; do sleep 0.1; done'],
  });
  expect(await new JobRun(job, context).run()).toMatchObject({
    complete: false,
    reason: expect.stringContaining('DeadlineExceeded'),
  });
  expect(logged.join('\n')).toContain('graceful');
});

const logged: string[] = [];

function rehearsed({ activeDeadlineSeconds, command }: { activeDeadlineSeconds: number; command: string[] }) {
  const seeder = { name: 'seeder', command, env: [{ name: EnvName.QUEUE, value: 'fruits' }] };
  const spec = {
    activeDeadlineSeconds,
    template: { spec: { containers: [seeder], terminationGracePeriodSeconds: TEN_YEARS_SECONDS } },
  };
  const manifest = new Manifest([{ kind: 'Job', metadata: { name: 'fill' }, ...{ spec } } as ApiObject]);
  return {
    job: manifest.seeders[0],
    context: {
      manifest,
      workspace,
      folder: workspace.dir,
      inImage: false,
      log: (line: string) => logged.push(line),
      signal: new AbortController().signal,
      overrides: () => ({}) as never,
    },
  };
}
