/** The argument of each command that reads a manifest. */
export const FILE_ARGUMENT = [
  '<file>',
  'the manifest, or the folder of manifests, that cdk8s synth has written',
] as const;
