import { ContainerName } from '../../../lib/contract/containers';
import { type RabbitMQProps, Tls } from '../../../lib/index';
import { type Json, podSpecs, SynthesizedRun } from '../../../tools/synthesized-run';

const VARIANTS: [string, RabbitMQProps][] = [
  ['a broker with the defaults', {}],
  ['a broker of three nodes', { replicas: 3 }],
  [
    'a broker with all options',
    { replicas: 3, tls: Tls.certManager({ name: 'ca' }), plaintext: true, metrics: true, podMonitor: true },
  ],
];

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted */
describe.each(VARIANTS)('the restricted profile with %s', (_variant, broker) => {
  const specs = podSpecs(new SynthesizedRun({ broker }).objects());
  const containersOf = ({ initContainers = [], containers }: Json): Json[] => [...initContainers, ...containers];

  test('there are four pods: broker, credentials, seeder, worker', () => {
    const containers = specs.map((spec) =>
      containersOf(spec)
        .map(({ name }) => name)
        .join(' '),
    );
    expect(containers.sort()).toEqual([
      `${ContainerName.BROKER_INIT} ${ContainerName.RABBITMQ}`,
      ContainerName.CREDENTIALS,
      ContainerName.SEEDER,
      `${ContainerName.WORKER} ${ContainerName.COURIER}`,
    ]);
  });

  describe.each(specs.map((spec) => [spec.containers[0].name, spec]))('the pod of %s', (_name, spec) => {
    test('the pod has only allowed kinds of volumes', () => {
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

    test('the pod does not run as root, and shares nothing with its node', () => {
      expect(spec.securityContext.runAsNonRoot).toBe(true);
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) expect(spec[field] ?? false).toBe(false);
      for (const { ports = [] } of containersOf(spec)) {
        for (const port of ports) expect(port).not.toHaveProperty('hostPort');
      }
    });

    test('the containers cannot gain privileges', () => {
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

    test('only the pod that uses the Kubernetes API has a token', () => {
      const uses = spec.containers[0].name === ContainerName.CREDENTIALS;
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.serviceAccountName !== undefined).toBe(uses);
      expect(JSON.stringify(spec.volumes).includes('serviceAccountToken')).toBe(uses);
    });

    test('containers of the node image have a read-only root file system, and only they do', () => {
      for (const { name, image, securityContext } of containersOf(spec)) {
        expect([name, securityContext.readOnlyRootFilesystem]).toEqual([name, image.startsWith('node:')]);
      }
    });

    test('the containers mount only volumes that the pod has', () => {
      const volumes = [...spec.volumes.map(({ name }: Json) => name), 'data'];
      for (const { volumeMounts = [] } of containersOf(spec)) {
        for (const { name } of volumeMounts) expect(volumes).toContain(name);
      }
    });

    test('the volumes have names that Kubernetes accepts', () => {
      for (const { name } of spec.volumes) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    });
  });
});
