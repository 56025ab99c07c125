import { type Json, podSpecs, Run } from '../support/synth';

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
describe('every pod is in the restricted profile', () => {
  const specs = podSpecs(new Run().objects());

  test('and there are four: broker, credentials, seeder, worker', () => {
    const containers = specs.map(({ containers }) => containers.map(({ name }: Json) => name).join(' '));
    expect(containers.sort()).toEqual(['credentials', 'rabbitmq', 'seeder', 'worker courier']);
  });

  describe.each(specs.map((spec) => [spec.containers[0].name, spec]))('%s', (_name, spec) => {
    test('only mounts what may be mounted', () => {
      const allowed = [
        'configMap',
        'csi',
        'downwardAPI',
        'emptyDir',
        'ephemeral',
        'persistentVolumeClaim',
        'projected',
        'secret',
      ];
      for (const { name: _, ...source } of spec.volumes) expect(allowed).toContain(Object.keys(source)[0]);
    });

    test('is not root and shares nothing with its node', () => {
      expect(spec.securityContext.runAsNonRoot).toBe(true);
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) expect(spec[field] ?? false).toBe(false);
    });

    test('cannot get more rights than it has', () => {
      for (const { securityContext } of spec.containers) {
        expect(securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          privileged: false,
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect(securityContext.runAsUser).toBeGreaterThan(0);
      }
    });

    test('has a token only where it talks to Kubernetes', () => {
      expect(spec.automountServiceAccountToken).toBe(spec.containers[0].name === 'credentials');
    });

    test('cannot write to the file system of our image', () => {
      for (const { name, image, securityContext } of spec.containers) {
        expect([name, securityContext.readOnlyRootFilesystem]).toEqual([name, image.startsWith('node:')]);
      }
    });
  });
});
