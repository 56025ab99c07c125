import { Manifest } from '../../../cli/manifest/manifest';
import { surroundingsText } from '../../../cli/rehearsal/not-imitated';
import { synthesizedApp } from '../../support/synthesized';

const FRUITS = new Manifest(synthesizedApp('main.ts'));
const said = (inImage: boolean, manifest = FRUITS) =>
  surroundingsText(manifest, { inImage, folder: '/home/me/fruits' }).join('\n');

test('a rehearsal says as whom, where and with which variables the program runs', () => {
  const text = said(false);
  expect(text).toMatch(
    /^fruits-eat-\w+: The program runs with what is installed on this machine, not in its image python:3.13-slim$/m,
  );
  expect(text).toMatch(/It runs as \S+ \(\d+\), not as user 1000, in the folder \/home\/me\/fruits$/m);
  expect(text).toMatch(
    /Its environment is that of this shell and QUEUE, WORK_QUEUE_RUN, WORK_ITEM_INDEX, WORK_ITEM_ATTEMPT, JOB_COMPLETION_INDEX$/m,
  );
});

test('a rehearsal says what of the pod it does not imitate', () => {
  const [text] = /Not imitated: .*/.exec(said(false)) ?? [];
  for (const part of [
    'the files of the image',
    'capabilities',
    'NetworkPolicies',
    'the deadline of a pod',
    'evictions',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('init containers');
});

test('in the image, the rehearsal says so, and what is imitated there is not in the list', () => {
  expect(said(true)).toMatch(/The program runs in its image python:3.13-slim, as user 1000$/m);
  expect(said(true)).not.toContain('the files of the image');
  expect(said(true)).toContain('NetworkPolicies');
});

test('the values of variables are not shown', () => {
  const objects = structuredClone(synthesizedApp('main.ts'));
  const worker = objects.find(
    ({ metadata }) => metadata.name.startsWith('fruits-eat-') && metadata.labels['app.kubernetes.io/component'],
  );
  worker.spec.template.spec.containers[0].env.push({ name: 'TOKEN', value: 'secret-value' });
  const text = said(false, new Manifest(objects));
  expect(text).toContain('TOKEN');
  expect(text).not.toContain('secret-value');
});
