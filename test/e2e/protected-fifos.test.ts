import { readFileSync, writeFileSync } from 'node:fs';
import { WorkItems } from '../../lib';
import { CAN_MAKE_FAULTS } from '../../tools/cluster/control';
import { kubectl } from '../../tools/cluster/kubectl';
import { useNamespace } from '../../tools/cluster/namespace';
import { SynthesizedRun } from '../../tools/synthesized-run';

/** A setting of the kernel, and so of all nodes that are on this machine. Debian, systemd and CIS profiles set it to 1 or 2. */
const SETTING = '/proc/sys/fs/protected_fifos';

describe('with fs.protected_fifos at 2', () => {
  const { namespace, faultTest } = useNamespace();
  let before = '';
  beforeAll(async () => {
    if (!CAN_MAKE_FAULTS) return;
    before = readFileSync(SETTING, 'utf8');
    writeFileSync(SETTING, '2');
    await kubectl('label', 'namespace', namespace.name, '--overwrite', 'pod-security.kubernetes.io/enforce=privileged');
  });
  afterAll(() => {
    if (before !== '') writeFileSync(SETTING, before);
  });

  for (const user of [1000, 2000, 0]) {
    faultTest(`a program of user ${user} gets its items, beside a courier of another user`, async () => {
      const run = new SynthesizedRun({
        items: WorkItems.list([`an item for user ${user}`]),
        worker: { containerSecurityContext: { user, group: user, ensureNonRoot: user !== 0 }, backoffLimit: 0 },
      });
      await namespace.apply(run.objects());
      const { outcome, succeeded, failed } = await namespace.ended(run.job.name);
      expect([outcome, succeeded, failed]).toEqual(['Complete', 1, 0]);
    });
  }
});
