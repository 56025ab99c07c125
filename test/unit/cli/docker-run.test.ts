import type { k8s } from 'cdk8s-plus-28';
import { Manifest } from '../../../cli/manifest/manifest';
import { type DockerContainer, dockerRemove, dockerRun } from '../../../cli/rehearsal/docker-run';
import { synthesizedApp } from '../../support/synthesized';

/** Docker is not there in these tests: they hold the command line that it gets. */

const [JOB] = new Manifest(synthesizedApp('main.ts')).workers;
const [WORKER] = JOB.pod.containers;

function words(container: Partial<k8s.Container> = {}, more: Partial<DockerContainer> = {}): string[] {
  return dockerRun({
    name: 'eat-0-abcde-worker',
    container: { ...WORKER, volumeMounts: [], ...container },
    podSecurity: JOB.pod.securityContext,
    command: ['/bin/sh', 'shim.sh', 'a b'],
    ...{ environment: {}, folders: [], terminationLog: '/tmp/log', ...more },
  });
}

const joined = (...args: Parameters<typeof words>) => words(...args).join(' ');

test('the worker of main.ts runs in its image as user 1000, with what its security context says', () => {
  expect(words()).toEqual([
    ...['docker', 'run', '--rm', '--name', 'eat-0-abcde-worker'],
    ...['--user', '1000:1000', '--security-opt', 'no-new-privileges', '--cap-drop', 'ALL'],
    ...['--mount', 'type=bind,source=/tmp/log,target=/dev/termination-log'],
    ...['--entrypoint', '/bin/sh', 'python:3.13-slim', 'shim.sh', 'a b'],
  ]);
});

test('each mount of the container is a mount of Docker at the same path, in the same order', () => {
  const folders = (WORKER.volumeMounts ?? []).map((_, n) => `/tmp/volume-${n}`);
  const run = joined({ volumeMounts: WORKER.volumeMounts }, { folders });
  expect(run).toContain('--mount type=bind,source=/tmp/volume-0,target=/opt/work-queue/programs,readonly');
  expect(run).toContain('--mount type=bind,source=/tmp/volume-1,target=/run/work-queue ');
  expect(run).toContain('--mount type=bind,source=/tmp/volume-2,target=/run/work-queue/worker,readonly');
  expect(run).toContain('--mount type=bind,source=/tmp/volume-3,target=/opt/work-queue/script,readonly');
});

test('a path with a comma or a quote is quoted', () => {
  const volumeMounts = [{ name: 'data', mountPath: '/a,b"c' }];
  expect(words({ volumeMounts }, { folders: ['/tmp/x'] })).toContain('type=bind,source=/tmp/x,"target=/a,b""c"');
});

test('limits, the working directory and a read-only file system are those of the container', () => {
  const limits = { memory: '512Mi', cpu: '1500m' } as never;
  const run = joined({
    ...{ workingDir: '/data', resources: { limits } },
    securityContext: { ...WORKER.securityContext, readOnlyRootFilesystem: true },
  });
  expect(run).toContain('--read-only');
  expect(run).toContain('--memory 536870912 --cpus 1.5 --workdir /data');
});

test('variables reach the container one by one, whatever is in them', () => {
  const environment = { A: '1', B: "two words, 'quoted'\nand lines" };
  const run = words({}, { environment });
  expect(run.filter((_, n) => run[n - 1] === '--env')).toEqual(['A=1', "B=two words, 'quoted'\nand lines"]);
});

test('without a user in the manifest, the image decides', () => {
  expect(words({ securityContext: {} }, { podSecurity: undefined })).not.toContain('--user');
  expect(joined({ securityContext: {} }, { podSecurity: { runAsUser: 5 } })).toContain('--user 5 ');
});

test('a privileged container is privileged', () => {
  expect(words({ securityContext: { privileged: true } })).toContain('--privileged');
});

test('a container is removed by its name', () => {
  expect(dockerRemove('eat-0-abcde-worker').join(' ')).toBe('docker rm --force eat-0-abcde-worker');
});
