import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SharedVolume } from '../../../lib/contract/shared-volume';
import { WorkerLink } from '../../../lib/programs/courier/worker-link';
import { sleep } from '../../../lib/programs/runtime/time';

const LIMIT = 100;

describe('the wait for a worker', () => {
  let folder: string;
  let worker: WorkerLink;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'worker-link-test-'));
    worker = new WorkerLink(folder);
  });
  afterEach(() => {
    worker.quit(0, '');
    rmSync(folder, { recursive: true, force: true });
  });

  test('has its limit from the creation of the container on, and none before', async () => {
    let ready: boolean | undefined;
    const waiting = worker.ready(LIMIT, new AbortController().signal).then((answer) => {
      ready = answer;
    });
    await sleep(20 * LIMIT);
    expect(ready).toBeUndefined();
    mkdirSync(join(folder, SharedVolume.WORKER_CREATED));
    await waiting;
    expect(ready).toBe(false);
  });

  test('ends when the pod is asked to leave', async () => {
    const leave = new AbortController();
    const waiting = worker.ready(LIMIT, leave.signal);
    leave.abort();
    expect(await waiting).toBe(false);
  });
});
