/** Whether Kubernetes accepts a string as the value of a label, and it is not empty. */
export function isLabelValue(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(value);
}
