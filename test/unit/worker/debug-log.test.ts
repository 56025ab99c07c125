import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContainerName } from '../../../lib/contract/containers';
import { EnvName } from '../../../lib/contract/environment';
import { env, type Json } from '../../../tools/synthesized-run';
import { synthesized } from '../../support/synthesized';

test('the patches in docs/troubleshooting.md set WORK_QUEUE_LOG in the courier and in the seeder', () => {
  const guide = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'troubleshooting.md'), 'utf8');
  const [, code] = /^```ts\n(.*?WORK_QUEUE_LOG.*?)^```/ms.exec(guide) ?? [];
  const jobs = synthesized(code ?? '').filter(({ kind }) => kind === 'Job');
  const logOf = (component: string, container: string) => {
    const job = jobs.find(({ metadata }: Json) => metadata.labels['app.kubernetes.io/component'] === component);
    return env(job, container)[EnvName.LOG];
  };
  expect(logOf('worker', ContainerName.COURIER)).toBe('debug');
  expect(logOf('seeder', ContainerName.SEEDER)).toBe('debug');
});
