import {
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SharedVolume, Verb } from '../../../lib/contract/shared-volume';
import { openFifo, WorkerLink } from '../../../lib/programs/courier/worker-link';
import { sleep } from '../../../lib/programs/runtime/time';

const LIMIT = 100;

describe('the wait for the worker', () => {
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

  test('ends when the pod is terminated', async () => {
    const leave = new AbortController();
    const waiting = worker.ready(LIMIT, leave.signal);
    leave.abort();
    expect(await waiting).toBe(false);
  });
});

describe('a FIFO that a program has replaced', () => {
  let folder: string;
  let target: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'worker-link-test-'));
    target = join(folder, 'of-the-courier');
    writeFileSync(target, 'kept');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test.each<[string, (fifo: string) => void]>([
    ['a link to a file of the courier', (fifo) => symlinkSync(target, fifo)],
    ['a link to a FIFO', (fifo) => symlinkSync(join(folder, SharedVolume.RUNS), fifo)],
    ['a file', (fifo) => linkSync(target, fifo)],
  ])('is not written to: %s', async (_, replace) => {
    const worker = new WorkerLink(folder);
    const down = join(folder, SharedVolume.DOWN);
    unlinkSync(down);
    replace(down);
    // The shim of this test reads every FIFO.
    const ends = [SharedVolume.RUNS, SharedVolume.UP].map((name) => openSync(join(folder, name), constants.O_RDWR));
    writeSync(ends[1], `${Verb.READY}\n`);
    mkdirSync(join(folder, SharedVolume.WORKER_CREATED));
    expect(await worker.ready(LIMIT, new AbortController().signal)).toBe(false);
    worker.quit(0, 'the message');
    expect(readFileSync(target, 'utf8')).toBe('kept');
    for (const end of ends) closeSync(end);
  });

  test('is not read from', () => {
    const path = join(folder, SharedVolume.STDERR_COPY);
    mkdirSync(join(folder, SharedVolume.FIFOS));
    symlinkSync(target, path);
    expect(() => openFifo(path)).toThrow('ELOOP');
    expect(() => openFifo(target)).toThrow(`${target} is not a FIFO`);
  });
});
