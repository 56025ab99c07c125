/**
 * The grammar of image references, with the digests that registries use. Only hosts and tags may contain upper case.
 * https://github.com/distribution/reference/blob/main/reference.go and
 * https://github.com/opencontainers/image-spec/blob/main/descriptor.md#registered-algorithms
 */
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const IPV6 = String.raw`\[[a-fA-F0-9:]+\]`;
const HOST = String.raw`(?:${LABEL}(?:\.${LABEL})*|${IPV6})(?::[0-9]+)?`;
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const TAG = String.raw`\w[\w.-]{0,127}`;
const DIGEST = 'sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}';
const REFERENCE = new RegExp(`^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::${TAG})?(?:@(?:${DIGEST}))?$`);

export function isImageReference(value: unknown): boolean {
  return typeof value === 'string' && REFERENCE.test(value);
}
