import { CAN_MAKE_FAULTS } from '../../tools/cluster/control';
import { useNamespace } from '../../tools/cluster/namespace';
import type { Json } from '../../tools/synthesized-run';
import { comparable, SHOWN, WITHOUT_COURIER } from '../support/examples';
import { pikaFiles } from '../support/pika';
import { synthesizedApp } from '../support/synthesized';
import { loadPythonImage, PYTHON_IMAGE } from './support/python-image';

describe('what we show', () => {
  const { namespace, test } = useNamespace();

  beforeAll(async () => {
    if (CAN_MAKE_FAULTS) loadPythonImage();
    await namespace.apply([pikaFiles()]);
  });
  // Each has a broker of its own: one after the other they need no more of the cluster than one.
  afterEach(() => namespace.run('delete', 'statefulset', '--all'));

  // Its files are on a volume: see shared-data.test.ts.
  const { 'examples/files.ts': _, ...apps } = SHOWN;
  for (const [app, jobs] of Object.entries(apps)) {
    test(`${app} works on every item once and completes`, async () => {
      const objects = synthesizedApp(app);
      if (CAN_MAKE_FAULTS && WITHOUT_COURIER.includes(app)) useLoadedImages(objects);
      await namespace.apply(objects);
      for (const { name, completions, lines } of jobs) {
        const job = jobNamed(objects, name);
        const ended = await namespace.ended(job);
        expect([name, ended.outcome, ended.succeeded, ended.failed]).toEqual([name, 'Complete', completions, 0]);
        const said = await namespace.output(job);
        // Without a courier, the container's log also says what it waits for.
        const ofItems = WITHOUT_COURIER.includes(app) ? said.filter((line) => lines.includes(line)) : said;
        expect(comparable(ofItems)).toEqual(comparable(lines));
      }
    });
  }
});

/** The images that are on the nodes: no registry has that of the page, and the Python of the cluster of our CI is not whole. */
const LOADED_IMAGES: Readonly<Record<string, string>> = {
  'example.com/job-wq-1:1.0': 'example.com/job-wq-1',
  'python:3.13-slim': PYTHON_IMAGE,
};

function useLoadedImages(objects: Json[]): void {
  for (const { spec } of objects.filter(({ kind }) => kind === 'Job')) {
    for (const container of spec.template.spec.containers) {
      container.imagePullPolicy = 'IfNotPresent';
      container.image = LOADED_IMAGES[container.image] ?? container.image;
    }
  }
}

/** The hash at the end of a Job's name is another one after each change of our programs. */
function jobNamed(objects: Json[], name: string): string {
  const pattern = new RegExp(`^${name}-[0-9a-f]{10}$`);
  return objects.find(({ kind, metadata }) => kind === 'Job' && pattern.test(metadata.name)).metadata.name;
}
