import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { k8s } from 'cdk8s-plus-28';
import { Manifest } from '../../../cli/manifest/manifest';
import { prepareImages } from '../../../cli/rehearsal/docker-run';
import { JobRun } from '../../../cli/rehearsal/job-run';
import { Workspace } from '../../../cli/system/workspace';

/** A program that only notes how it was called, in the place of Docker. */

const { PATH } = process.env;
let folder: string;
let calls: () => string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'in-image-'));
  process.env.PATH = [folder, PATH].join(delimiter);
  calls = () => readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n');
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

function docker(...script: string[]): void {
  const file = join(folder, 'docker');
  writeFileSync(file, `#!/bin/sh\necho "$*" >>${folder}/calls\n${script.join('\n')}\n`);
  chmodSync(file, 0o755);
}

async function rehearsed(containers: k8s.Container[]) {
  const workspace = new Workspace('in-image-test');
  const lines: string[] = [];
  try {
    const pod: k8s.PodSpec = { containers, volumes: [{ name: 'shared', emptyDir: {} }] };
    const job = { name: 'eat', queue: 'queue', object: {}, pod, spec: { template: { spec: pod }, backoffLimit: 0 } };
    const end = await new JobRun(job, {
      ...{ manifest: new Manifest([]), workspace, folder, inImage: true, overrides: () => ({}) },
      log: (line) => lines.push(line),
      signal: new AbortController().signal,
    }).run();
    return { ...end, output: lines.join('\n') };
  } finally {
    await workspace.close();
  }
}

const mount = { name: 'shared', mountPath: '/run/work-queue' };
const worker: k8s.Container = {
  ...{ name: 'worker', image: 'busybox:1.37', command: ['/bin/sh', '/run/work-queue/shim.sh'], volumeMounts: [mount] },
  env: [{ name: 'FILE', value: '/run/work-queue/item' }],
};
const courier: k8s.Container = {
  ...{ name: 'courier', command: ['sh', '-c', 'echo "$DIR; $ITEM_ARGUMENTS"'], volumeMounts: [mount] },
  env: [
    { name: 'DIR', value: '/run/work-queue' },
    { name: 'ITEM_ARGUMENTS', value: '[null,["/run/work-queue/item=",""]]' },
  ],
};

test('only the worker runs with Docker, with the paths of its image', async () => {
  docker('[ "$1" != run ] || echo worked');
  const { complete, output } = await rehearsed([worker, courier]);
  expect({ complete, output }).toMatchObject({ complete: true });
  const runs = calls().filter((call) => call.startsWith('run '));
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatch(/^run --rm --name eat-\w+-worker --env FILE=\/run\/work-queue\/item /);
  expect(runs[0]).toMatch(
    /--mount type=bind,source=\S+\/shared,target=\/run\/work-queue .*busybox:1.37 \/run\/work-queue\/shim.sh$/,
  );
  expect(output).toMatch(/worker +\| worked/);
});

test('the courier has its own paths on this machine, and those of the item in the image', async () => {
  docker();
  const { output } = await rehearsed([worker, courier]);
  expect(output).toMatch(/courier \| \/\S+\/shared; \[null,\["\/run\/work-queue\/item=",""\]\]$/m);
});

test('the exit code of the program is that of the container', async () => {
  docker('[ "$1" != run ] || exit 7');
  const { reason } = await rehearsed([worker]);
  expect(reason).toContain('worker 7');
});

test('a container is removed when its pod has ended', async () => {
  docker();
  await rehearsed([worker]);
  const [, name] = /--name (\S+)/.exec(calls()[0]) ?? [];
  for (let tries = 0; tries < 50 && calls().length < 2; tries++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(calls()).toContain(`rm --force ${name}`);
});

describe('before a rehearsal in the image', () => {
  const prepare = () => prepareImages(['busybox:1.37'], () => {});

  test('an image that is missing is pulled', async () => {
    docker('[ "$1" != image ]');
    await prepare();
    expect(calls()).toEqual(['info', 'image inspect busybox:1.37', 'pull --quiet busybox:1.37']);
  });

  test('an image that exists is not pulled', async () => {
    docker();
    await prepare();
    expect(calls()).toEqual(['info', 'image inspect busybox:1.37']);
  });

  test('a Docker that does not answer is an error with its words', async () => {
    docker('echo "no daemon" >&2; exit 1');
    await expect(prepare()).rejects.toThrow('--in-image requires Docker, which does not answer: no daemon');
  });

  test('an image that cannot be pulled is an error with the words of Docker', async () => {
    docker('case $1 in image) exit 1;; pull) echo "denied" >&2; exit 1;; esac');
    await expect(prepare()).rejects.toThrow('Docker cannot pull busybox:1.37: denied');
  });

  test('a machine without Docker is an error', async () => {
    process.env.PATH = folder;
    await expect(prepare()).rejects.toThrow('--in-image requires Docker, which is not on the PATH');
  });
});
