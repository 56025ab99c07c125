import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { contentHash } from './content-hash';

/**
 * The most bytes that one ConfigMap of ours holds. `kubectl apply` writes the whole object into one annotation, and all
 * annotations of an object together may have 262,144 bytes; as base64 these are 250,667, and there is the object around them.
 * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_apply/ and TotalAnnotationSizeLimitB in
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go
 */
export const CONFIG_MAP_BYTES = 188_000;

/**
 * An immutable ConfigMap named by its content: whoever refers to it has a new name as well when the content changes, and the
 * content that a running pod was given stays.
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

/** The same, with content that is known only at synth: its name, and so who refers to it, has to be lazy as well. */
export class LazyConfigMap extends ApiObject {
  constructor(
    scope: Construct,
    id: string,
    private readonly label: string,
    private readonly files: () => Record<string, Buffer>,
  ) {
    super(scope, id, { ...k8s.KubeConfigMap.GVK, metadata: { name: label }, immutable: true });
  }

  /** The name in the cluster, as of now. */
  get currentName(): string {
    return `${this.label}-${contentHash([this.node.path, contents(this.files())])}`;
  }

  public override toJson(): Record<string, unknown> {
    const json = super.toJson();
    return { ...json, metadata: { ...json.metadata, name: this.currentName }, ...contents(this.files()) };
  }
}

/** Text where a person can read it, unless base64 takes less of the annotation, as it does for minified programs. */
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

/** Go's JSON writes `<`, `>` and `&` in six bytes, and JSON escapes quotes and line ends. */
function sizeInAnnotation(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) + 5 * (text.match(/[<>&\u2028\u2029]/g)?.length ?? 0);
}
