/**
 * The text as it has to stand in a container's command or environment so that nothing of it is expanded.
 *
 * Kubernetes reads `$(NAME)` as a variable and `$$` as `$` there; a `$` before anything else stays.
 * https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go
 */
export function unexpanded(text: string): string {
  return text.replace(/\$(?=[$(])/g, () => '$$');
}
