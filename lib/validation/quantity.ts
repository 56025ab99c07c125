const BINARY_UNITS = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** A Kubernetes quantity in the forms that cdk8s writes: `2`, `0.5`, `500m`, `64Mi` or `9.5e-7Gi`. */
interface Quantity {
  readonly amount: number;
  /** `m`, one of {@link BINARY_UNITS}, or an empty string. */
  readonly unit: string;
}

/**
 * Returns nothing if the string is not a quantity in one of these forms.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
function parseQuantity(text: string): Quantity | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?(?:e-\d+)?)(m|[KMGTP]i)?$/.exec(text) ?? [];
  return amount === undefined ? undefined : { amount: Number(amount), unit };
}

/** Returns the number that a quantity stands for, or NaN if the string is not a quantity. */
export function quantityValue(text: string): number {
  const { amount, unit } = parseQuantity(text) ?? { amount: Number.NaN, unit: '' };
  if (unit === 'm') return amount / 1000;
  return amount * 1024 ** (BINARY_UNITS.indexOf(unit) + 1);
}

/**
 * Returns the quantity in the largest unit that leaves a whole number, as the API server writes it: `1Gi`, not
 * `1024Mi`; `512Mi`, not `0.5Gi`; `1`, not `1000m`; `500m`, not `0.5`. A string that is not a quantity is returned as it is.
 */
export function canonicalQuantity(text: string): string {
  const quantity = parseQuantity(text);
  if (!quantity) return text;
  let { amount } = quantity;
  if (quantity.unit === '' || quantity.unit === 'm') {
    const millis = quantity.unit ? amount : amount * 1000;
    return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
  }
  let unit = BINARY_UNITS.indexOf(quantity.unit);
  for (; !Number.isInteger(amount) && unit >= 0; unit--) amount *= 1024;
  for (; amount % 1024 === 0 && amount > 0 && unit < BINARY_UNITS.length - 1; unit++) amount /= 1024;
  return `${amount}${BINARY_UNITS[unit] ?? ''}`;
}
