import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What tests read of the jsii assembly, with the words of jsii. */
export interface Assembly {
  readonly types: Record<string, AssemblyType>;
}

interface Documented {
  readonly name: string;
  readonly docs?: { readonly summary?: string; readonly remarks?: string; readonly default?: string };
}

interface AssemblyType extends Documented {
  /** It is a struct. */
  readonly datatype?: boolean;
  initializer?: Omit<Method, 'name'>;
  methods?: Method[];
  properties?: Property[];
  readonly members?: readonly Documented[];
}

interface Method extends Documented {
  readonly parameters?: readonly Property[];
}

interface Property extends Documented {
  /** Such as `{ primitive: 'string' }`, or `{ fqn: 'cdk8s.Duration' }`. */
  readonly type: object;
  readonly optional?: boolean;
}

/** That of the build. */
export function builtAssembly(): Assembly {
  return JSON.parse(readFileSync(join(__dirname, '..', '..', '.jsii'), 'utf8'));
}
