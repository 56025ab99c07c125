/**
 * `$(NAME)` in commands, arguments and environment values, as Kubernetes expands it: a name that is not set stays as it
 * is written, and `$$` is a dollar sign, so `$$(NAME)` becomes `$(NAME)`.
 */
export function expand(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (written, name: string | undefined) =>
    name === undefined ? '$' : (environment.get(name) ?? written),
  );
}
