import { Chart, Size } from 'cdk8s';
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
import { CONFIG_MAP_BYTES, ContentConfigMap } from './config-map';
import { Images } from './images';
import { lazy } from './lazy';
import { pathLabel } from './path-label';
import { programFile } from './program-files';
import { pullPolicy } from './pull-policy';
import { ORDINARY_USER, RESTRICTED } from './restricted';

/** What one of our programs takes at rest, with room; no CPU limit: it would only make a waiting pod slow. */
export const SMALL: ContainerResources = {
  cpu: { request: Cpu.millis(10) },
  memory: { request: Size.mebibytes(48), limit: Size.mebibytes(256) },
};

/** The programs of this package: `courier` is `courier.program.ts` in the sources and `courier.js` in the cluster. */
export type ProgramName = 'broker-init' | 'courier' | 'credentials' | 'seeder';

export interface ProgramContainerOptions {
  readonly name: string;
  readonly program: ProgramName;
  /** The volume of {@link programsVolume}. */
  readonly programs: Volume;
  readonly env: Record<string, EnvValue>;
  readonly volumeMounts?: VolumeMount[];
  readonly resources?: ContainerResources;
  /** User and group; the image's own unless given. */
  readonly user?: number;
}

/** A container that runs one of our programs in the node image. */
export function programContainer(user: Construct, options: ProgramContainerOptions): ContainerProps {
  const id = options.user ?? ORDINARY_USER;
  return {
    name: options.name,
    image: lazy(() => Images._node(user)),
    imagePullPolicy: lazy(() => pullPolicy(Images._node(user))),
    command: ['node', `${MountPath.PROGRAMS}/${options.program}.js`],
    envVariables: options.env,
    volumeMounts: [programsMount(options.programs), ...(options.volumeMounts ?? [])],
    resources: options.resources ?? SMALL,
    securityContext: { ...RESTRICTED, user: id, group: id, readOnlyRootFilesystem: true },
  };
}

export function programsMount(programs: Volume): VolumeMount {
  return { path: MountPath.PROGRAMS, volume: programs, readOnly: true };
}

/** A volume with a program and scripts. All its users in a chart share a ConfigMap, so that a manifest holds each program once. */
export function programsVolume(user: Construct, name: ProgramName, scripts: string[] = []): Volume {
  const chart = Chart.of(user);
  const id = `work-queue-${name}`;
  const shared = chart.node.tryFindChild(id) as ContentConfigMap | undefined;
  const configMap =
    shared ?? new ContentConfigMap(chart, id, `${pathLabel(chart)}-${name}`, read([`${name}.js`, ...scripts]));
  user.node.addDependency(configMap);
  const reference = ConfigMap.fromConfigMapName(user, 'Programs', configMap.name);
  return Volume.fromConfigMap(user, 'ProgramsVolume', reference, { name: 'work-queue-programs' });
}

function read(names: string[]): Record<string, Buffer> {
  const files = Object.fromEntries(names.map((name) => [name, programFile(name)]));
  const size = Object.values(files).reduce((sum, file) => sum + file.length, 0);
  if (size > CONFIG_MAP_BYTES) {
    throw new Error(
      `${names.join(' and ')} have ${size} bytes, more than the ${CONFIG_MAP_BYTES} that fit a ConfigMap`,
    );
  }
  return files;
}
