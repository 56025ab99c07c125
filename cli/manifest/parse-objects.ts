import { parseAllDocuments } from 'yaml';
import { ManifestError } from './manifest-error';

export interface ApiObject {
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/**
 * The objects of a manifest. Those of a `List`, as kubectl prints it, count each. The version is that of Kubernetes and
 * of cdk8s.
 */
export function parseObjects(text: string): ApiObject[] {
  const documents = parseAllDocuments(text, { version: '1.1', logLevel: 'silent' });
  const objects = [...documents].flatMap((document) => {
    const [error] = document.errors;
    if (error)
      throw new ManifestError(`This is not a manifest, because it is not YAML: ${error.message.split('\n')[0]}`);
    return objectsOf(document.toJS({ maxAliasCount: 1000 }));
  });
  if (objects.length === 0) throw new ManifestError('The manifest is empty. Does `cdk8s synth` write to this file?');
  return objects;
}

function objectsOf(document: unknown): ApiObject[] {
  if (document === null || document === undefined) return [];
  const object = document as ApiObject & { readonly items?: unknown };
  if (typeof document !== 'object' || Array.isArray(document) || typeof object.kind !== 'string') {
    throw new ManifestError('This is not a manifest of Kubernetes: a part of it is not an object with a `kind`.');
  }
  return object.kind.endsWith('List') && Array.isArray(object.items) ? object.items.flatMap(objectsOf) : [object];
}
