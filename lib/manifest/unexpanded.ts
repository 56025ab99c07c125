/**
 * Escapes a string for a container's command or environment, so that Kubernetes expands nothing in it.
 *
 * Kubernetes reads `$(NAME)` as a variable and `$$` as `$`. It keeps a `$` before anything else.
 * https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go
 */
export function unexpanded(value: string): string {
  return value.replace(/\$(?=[$(])/g, () => '$$');
}
