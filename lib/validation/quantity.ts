const BINARY_UNITS = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** A quantity of Kubernetes in the forms that cdk8s writes: `2`, `0.5`, `500m` or `64Mi`. */
interface Quantity {
  readonly amount: number;
  /** `m`, one of {@link BINARY_UNITS}, or nothing. */
  readonly unit: string;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function parseQuantity(text: string): Quantity | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(m|[KMGTP]i)?$/.exec(text) ?? [];
  return amount === undefined ? undefined : { amount: Number(amount), unit };
}

/** The number that a quantity stands for. Not a number if the text is not a quantity. */
export function quantityValue(text: string): number {
  const { amount, unit } = parseQuantity(text) ?? { amount: Number.NaN, unit: '' };
  if (unit === 'm') return amount / 1000;
  return amount * 1024 ** (BINARY_UNITS.indexOf(unit) + 1);
}

/** The largest unit that leaves a whole number, as the API server writes it: `1Gi`, not `1024Mi`; `1`, not `1000m`; `500m`, not `0.5`. */
export function canonicalQuantity(text: string): string {
  const quantity = parseQuantity(text);
  if (!quantity) return text;
  let { amount } = quantity;
  if (quantity.unit === '' || quantity.unit === 'm') {
    const millis = quantity.unit ? amount : amount * 1000;
    return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
  }
  let unit = BINARY_UNITS.indexOf(quantity.unit);
  for (; amount % 1024 === 0 && amount > 0 && unit < BINARY_UNITS.length - 1; unit++) amount /= 1024;
  return `${amount}${BINARY_UNITS[unit]}`;
}
