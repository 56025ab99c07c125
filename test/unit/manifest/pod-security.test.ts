import { type RabbitMQProps, Tls } from '../../../lib/index';
import { type Json, podSpecs, SynthesizedRun } from '../../../tools/synthesized-run';

const VARIANTS: [string, RabbitMQProps][] = [
  ['a broker as it comes', {}],
  ['a broker of three nodes', { replicas: 3 }],
  [
    'a broker with all there is',
    { replicas: 3, tls: Tls.certManager({ name: 'ca' }), plaintext: true, metrics: true, podMonitor: true },
  ],
];

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
describe.each(VARIANTS)('every pod is in the restricted profile: %s', (_variant, broker) => {
  const specs = podSpecs(new SynthesizedRun({ broker }).objects());
  const containersOf = ({ initContainers = [], containers }: Json): Json[] => [...initContainers, ...containers];

  test('and there are four: broker, credentials, seeder, worker', () => {
    const containers = specs.map((spec) =>
      containersOf(spec)
        .map(({ name }) => name)
        .join(' '),
    );
    expect(containers.sort()).toEqual(['broker-init rabbitmq', 'credentials', 'seeder', 'worker courier']);
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
      for (const { ports = [] } of containersOf(spec)) {
        for (const port of ports) expect(port).not.toHaveProperty('hostPort');
      }
    });

    test('cannot get more rights than it has', () => {
      for (const { securityContext } of containersOf(spec)) {
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
      const credentials = spec.containers[0].name === 'credentials';
      expect(spec.automountServiceAccountToken).toBe(credentials);
      expect(spec.serviceAccountName !== undefined).toBe(credentials);
      // Nor by the back door.
      expect(JSON.stringify(spec.volumes)).not.toContain('serviceAccountToken');
    });

    test('cannot write to the file system of our image', () => {
      for (const { name, image, securityContext } of containersOf(spec)) {
        expect([name, securityContext.readOnlyRootFilesystem]).toEqual([name, image.startsWith('node:')]);
      }
    });

    test('mounts only volumes that it has', () => {
      const there = [...spec.volumes.map(({ name }: Json) => name), 'data'];
      for (const { volumeMounts = [] } of containersOf(spec)) {
        for (const { name } of volumeMounts) expect(there).toContain(name);
      }
    });

    test('has volumes with names that Kubernetes takes', () => {
      for (const { name } of spec.volumes) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    });
  });
});
