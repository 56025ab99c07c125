/** The environment does not hold what the constructs put there: no later attempt can be better. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError';
}

export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new EnvironmentError(
      `the environment variable ${name} is not set; the constructs of cdk8s-work-queue set it`,
    );
  }
  return value;
}

/** Like {@link requireInteger}, but undefined if the variable is not set. */
export function optionalInteger(name: string): number | undefined {
  return process.env[name] ? requireInteger(name) : undefined;
}

export function requireInteger(name: string): number {
  return integer(name, requireEnv(name));
}

/** Whole numbers with commas between them. There are none if the variable is empty or not set. */
export function integerList(name: string): number[] {
  const value = process.env[name];
  return value ? value.split(',').map((part) => integer(name, part)) : [];
}

function integer(name: string, value: string): number {
  if (!/^\d{1,15}$/.test(value)) {
    throw new EnvironmentError(`the environment variable ${name} is ${JSON.stringify(value)}, not a whole number`);
  }
  return Number(value);
}

export function requireOneOf<T extends string>(name: string, allowed: readonly T[]): T {
  const value = requireEnv(name);
  const found = allowed.find((each) => each === value);
  if (found !== undefined) return found;
  throw new EnvironmentError(
    `the environment variable ${name} is ${JSON.stringify(value)}, not one of ${allowed.join(', ')}`,
  );
}
