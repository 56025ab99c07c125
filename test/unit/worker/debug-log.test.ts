import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Container } from '../../../lib/contract/containers';
import { Env } from '../../../lib/contract/environment';
import { env, type Json } from '../../../tools/synth';
import { synthesized } from '../../support/synthesized';

test('the patches in docs/troubleshooting.md set WORK_QUEUE_LOG in the courier and in the seeder', () => {
  const guide = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'troubleshooting.md'), 'utf8');
  const [, code] = /^```ts\n(.*?WORK_QUEUE_LOG.*?)^```/ms.exec(guide) ?? [];
  const jobs = synthesized(code ?? '').filter(({ kind }) => kind === 'Job');
  const logOf = (component: string, container: string) => {
    const job = jobs.find(({ metadata }: Json) => metadata.labels['app.kubernetes.io/component'] === component);
    return env(job, container)[Env.LOG];
  };
  expect(logOf('worker', Container.COURIER)).toBe('debug');
  expect(logOf('seeder', Container.SEEDER)).toBe('debug');
});
