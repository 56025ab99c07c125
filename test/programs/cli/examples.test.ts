import { Manifest } from '../../../cli/manifest/manifest';
import { useBroker } from '../../../tools/programs/broker';
import { comparable, SHOWN, WITHOUT_COURIER } from '../../support/examples';
import { rehearseOn } from '../../support/rehearse-on';
import { APPS, synthesizedApp } from '../../support/synthesized';

const MINUTES = 60_000;
/** A rehearsal has no PersistentVolumes: test/e2e runs it. */
const ON_A_CLUSTER = 'examples/files.ts';

const broker = useBroker();

test('every example has a test', () => {
  expect(APPS.filter((app) => app !== 'main.ts')).toEqual(Object.keys(SHOWN).sort());
});

test.each(Object.entries(SHOWN).filter(([app]) => ![ON_A_CLUSTER, ...WITHOUT_COURIER].includes(app)))(
  '%s works on every item once and completes',
  async (app, jobs) => {
    const manifest = new Manifest(synthesizedApp(app));
    const { complete, verdict, output } = await rehearseOn(broker(), manifest);
    expect([complete, verdict]).toEqual([true, expect.not.stringContaining('Failed')]);
    expect(manifest.workers).toHaveLength(jobs.length);
    for (const { name, completions, lines } of jobs) {
      expect(comparable(written(output, name))).toEqual(comparable(lines));
      expect(output).toMatch(
        new RegExp(`^${name}-\\S+: succeeded; ${completions} of ${completions} completions$`, 'm'),
      );
    }
  },
  2 * MINUTES,
);

test('examples/files.ts needs a cluster, and its rehearsal says so', async () => {
  await expect(rehearseOn(broker(), new Manifest(synthesizedApp(ON_A_CLUSTER)))).rejects.toThrow(
    /Volume scans is of type persistentVolumeClaim, which needs a cluster.*Try this manifest on a cluster/,
  );
});

test.each(WITHOUT_COURIER)('%s has no courier, and its rehearsal refuses', async (app) => {
  await expect(rehearseOn(broker(), new Manifest(synthesizedApp(app)))).rejects.toThrow(
    /^Job \S+ has no courier \(the label cdk8s-work-queue\/delivery is \S+\), and a rehearsal imitates only pods with one\. Try/,
  );
});

/** What the programs of a Job wrote, over all its pods. */
function written(output: string, job: string): string[] {
  return [...output.matchAll(/^(\S+) worker +\| (.*)$/gm)]
    .filter(([, pod]) => pod.startsWith(job))
    .map(([, , text]) => text);
}
