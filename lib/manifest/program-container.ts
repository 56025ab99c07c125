import { type ApiObject, Chart, Size } from 'cdk8s';
import {
  ConfigMap,
  type ContainerProps,
  type ContainerResources,
  Cpu,
  type EnvValue,
  Volume,
  type VolumeMount,
} from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { MountPath } from '../contract/mount-paths';
import { synthError } from '../validation/synth-error';
import { CONFIG_MAP_BYTES, ContentConfigMap, StableConfigMap } from './config-map';
import { contentHash } from './content-hash';
import { exactSizes } from './exact-sizes';
import { Images } from './images';
import { labelWithChart } from './labels';
import { lazy } from './lazy';
import { pathLabel } from './path-label';
import { programFiles } from './program-files';
import { pullPolicy } from './pull-policy';
import { ORDINARY_USER, RESTRICTED } from './restricted';

/**
 * What a program of this package needs at rest, with a reserve. It has no CPU limit, which would only slow down a
 * waiting pod.
 */
export const SMALL: ContainerResources = {
  cpu: { request: Cpu.millis(10) },
  memory: { request: Size.mebibytes(48), limit: Size.mebibytes(256) },
};

/** The programs of this package. `courier` is `courier.program.ts` in the sources and `courier.js` in the cluster. */
export type ProgramName = 'broker-init' | 'courier' | 'credentials' | 'seeder';

/** `amqp-consume` is a script only. */
type VolumeName = ProgramName | 'amqp-consume';

export interface ProgramContainerOptions {
  readonly name: string;
  readonly program: ProgramName;
  /** The volume of {@link programsVolume}. */
  readonly programs: Volume;
  readonly env: Record<string, EnvValue>;
  readonly volumeMounts?: VolumeMount[];
  readonly resources?: ContainerResources;
  /** The user and the group. By default, both are the user of the node image, `ORDINARY_USER`. */
  readonly user?: number;
}

/** A container that runs a program of this package in the node image. */
export function programContainer(user: Construct, options: ProgramContainerOptions): ContainerProps {
  const id = options.user ?? ORDINARY_USER;
  return {
    name: options.name,
    image: lazy(() => Images._node(user)),
    imagePullPolicy: lazy(() => pullPolicy(Images._node(user))),
    command: ['node', `${MountPath.PROGRAMS}/${options.program}.js`],
    envVariables: options.env,
    volumeMounts: [programsMount(options.programs), ...(options.volumeMounts ?? [])],
    resources: exactSizes(options.resources ?? SMALL),
    securityContext: { ...RESTRICTED, user: id, group: id, readOnlyRootFilesystem: true },
  };
}

export function programsMount(programs: Volume): VolumeMount {
  return { path: MountPath.PROGRAMS, volume: programs, readOnly: true };
}

/**
 * A volume with a program, or with other files. All pods of a chart share one ConfigMap, so a manifest contains each
 * program once.
 *
 * @param files by default, the program that has this name
 */
export function programsVolume(user: Construct, name: VolumeName, files: string[] = [`${name}.js`]): Volume {
  return volumeOf(user, name, (chart, id) => {
    return new ContentConfigMap(chart, id, `${pathLabel(chart)}-${name}`, read(files));
  });
}

/**
 * The same for pods that must not restart because the program has changed: they get the new program when they start for
 * another reason.
 *
 * @param passed everything that the pod passes to the program. If it changes, the pods of before keep a program that
 * understands it, in another ConfigMap
 */
export function stableProgramsVolume(user: Construct, name: ProgramName, passed: unknown): Volume {
  return volumeOf(user, name, (chart, id) => {
    const hash = contentHash([chart.node.path, passed]);
    return new StableConfigMap(chart, id, `${pathLabel(chart)}-${name}-${hash}`, read([`${name}.js`]));
  });
}

function volumeOf(user: Construct, name: VolumeName, create: (chart: Chart, id: string) => ApiObject): Volume {
  const chart = Chart.of(user);
  const id = `work-queue-${name}`;
  const shared = chart.node.tryFindChild(id) as ApiObject | undefined;
  const configMap = shared ?? create(chart, id);
  labelWithChart(configMap);
  user.node.addDependency(configMap);
  const reference = ConfigMap.fromConfigMapName(user, 'Programs', configMap.name);
  return Volume.fromConfigMap(user, 'ProgramsVolume', reference, { name: 'work-queue-programs' });
}

function read(names: string[]): Record<string, Buffer> {
  const files = Object.assign({}, ...names.map(programFiles)) as Record<string, Buffer>;
  const size = Object.values(files).reduce((sum, file) => sum + file.length, 0);
  if (size > CONFIG_MAP_BYTES) {
    throw synthError(
      `${names.join(' and ')}`,
      `the size is ${size} bytes; a ConfigMap holds at most ${CONFIG_MAP_BYTES}`,
      'Reduce the bundle of the program, and run "npm run build".',
    );
  }
  return files;
}
