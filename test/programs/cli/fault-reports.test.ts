import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode } from '../../../lib/contract/exit-codes';
import type { Namespace } from '../../../tools/cluster/namespace';
import type { FakeCluster } from '../../../tools/command-line/fake-cluster';
import { useBroker } from '../../../tools/programs/broker';
import { LAST_INDEX } from '../../../tools/programs/local-run';
import type { AnySynthesizedRun } from '../../../tools/synthesized-run';
import type * as chaosReports from '../../chaos/reports';
import { ended } from '../../support/cluster-objects';
import { objectsOf } from '../../support/local-run-objects';
import { useCommandLine } from '../../support/use-command-line';
import { useRuns } from '../../support/use-runs';

/** The reports that `npm run test:faults -- --reports DIR` writes. */

const broker = useBroker();
const { seeded } = useRuns(broker);
let cluster: FakeCluster;
useCommandLine({ onCluster: (fake) => (cluster = fake), broker });

let folder: string;
let reports: chaosReports.Reports;
const { E2E_KUBECTL } = process.env;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fault-reports-'));
  const kubectl = join(folder, 'kubectl');
  writeFileSync(kubectl, `#!/bin/sh\ncat ${cluster.kubeconfig}\n`);
  chmodSync(kubectl, 0o755);
  process.env.E2E_KUBECTL = kubectl;
  jest.resetModules(); // the variable is read once
  const { Reports } = jest.requireActual<typeof chaosReports>('../../chaos/reports');
  reports = new Reports(join(folder, 'reports'), { name: cluster.namespace } as Namespace, 10);
});
afterEach(() => {
  process.env.E2E_KUBECTL = E2E_KUBECTL;
  if (E2E_KUBECTL === undefined) delete process.env.E2E_KUBECTL;
  reports.remove();
  rmSync(folder, { recursive: true });
});

function synthesized(queueName: string): AnySynthesizedRun {
  return { queue: { queueName } } as unknown as AnySynthesizedRun;
}

test('a run that was judged has its report in a file', async () => {
  const run = await seeded(['a', 'b']);
  expect(await run.pod(['true'], LAST_INDEX).exit()).toBe(ExitCode.DONE);
  const { seeder, worker, brokerPod, others } = objectsOf(run, broker().url);
  cluster.objects.push(seeder, ended(worker, 'Complete'), brokerPod, ...others);
  const file = join(folder, 'reports', 'job-3.html');
  expect(await reports.write(synthesized(run.queue), 'job-3')).toBe(`report: ${file}`);
  const page = readFileSync(file, 'utf8');
  expect(page.startsWith('<!DOCTYPE html>')).toBe(true);
  expect(page).toContain('Complete: 2 of 2 items done');
});

test('a report that cannot be written is a line', async () => {
  const file = join(folder, 'reports', 'job-4.html');
  expect(await reports.write(synthesized('gone'), 'job-4')).toMatch(
    new RegExp(`^no report ${file}: Namespace ${cluster.namespace} has no runs`),
  );
  expect(existsSync(file)).toBe(false);
});
