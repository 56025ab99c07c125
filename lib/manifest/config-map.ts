import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { contentHash } from './content-hash';

/**
 * The maximum number of bytes in a ConfigMap of this package. `kubectl apply` writes the whole object into one
 * annotation, and all annotations of an object together may have at most 262,144 bytes. In base64, the maximum takes
 * 250,667 bytes, and the rest of the object needs some more.
 * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_apply/ and TotalAnnotationSizeLimitB in
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go
 */
export const CONFIG_MAP_BYTES = 188_000;

/**
 * An immutable ConfigMap whose name ends in a hash of its content. When the content changes, the name changes too, and
 * so do all objects that refer to it. Running pods keep the content with which they started.
 */
export class ContentConfigMap extends ApiObject {
  constructor(scope: Construct, id: string, label: string, files: Record<string, Buffer>) {
    const content = contents(files);
    super(scope, id, {
      ...k8s.KubeConfigMap.GVK,
      metadata: { name: `${label}-${contentHash([scope.node.path, content])}` },
      immutable: true,
      ...content,
    });
  }
}

/**
 * A ConfigMap that keeps its name when its content changes, so that no object that refers to it changes. Pods that start
 * later have the new content.
 */
export class StableConfigMap extends ApiObject {
  constructor(scope: Construct, id: string, name: string, files: Record<string, Buffer>) {
    super(scope, id, { ...k8s.KubeConfigMap.GVK, metadata: { name }, ...contents(files) });
  }
}

/**
 * An immutable ConfigMap with content that is known only at synth. References to it must be lazy too, because its name
 * changes with the content.
 */
export class LazyConfigMap extends ApiObject {
  constructor(
    scope: Construct,
    id: string,
    private readonly label: string,
    private readonly files: () => Record<string, Buffer>,
  ) {
    super(scope, id, { ...k8s.KubeConfigMap.GVK, metadata: { name: label }, immutable: true });
  }

  /** The name in the cluster, according to the current content. */
  get currentName(): string {
    return `${this.label}-${contentHash([this.node.path, contents(this.files())])}`;
  }

  public override toJson(): Record<string, unknown> {
    const json = super.toJson();
    return { ...json, metadata: { ...json.metadata, name: this.currentName }, ...contents(this.files()) };
  }
}

/**
 * Writes a file as text if a person can read it, unless base64 takes less space in the annotation. Minified and
 * compressed programs take less space in base64.
 */
function contents(files: Record<string, Buffer>): Record<string, Record<string, string>> {
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  for (const [key, bytes] of Object.entries(files)) {
    const text = bytes.toString('utf8');
    const base64 = bytes.toString('base64');
    const readable = Buffer.from(text).equals(bytes) && /^[\t\n\P{C}]*$/u.test(text);
    if (readable && sizeInAnnotation(text) <= base64.length) data[key] = text;
    else binaryData[key] = base64;
  }
  return Object.fromEntries(
    Object.entries({ data, binaryData }).filter(([, entries]) => Object.keys(entries).length > 0),
  );
}

/** Go's JSON encoder writes `<`, `>` and `&` in six bytes, and JSON escapes quotes and line ends. */
function sizeInAnnotation(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) + 5 * (text.match(/[<>&\u2028\u2029]/g)?.length ?? 0);
}
