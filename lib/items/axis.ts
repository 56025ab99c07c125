import type { Axis as FormulaAxis } from '../contract/item-formula';
import { requireType } from '../validation/props';
import { axis } from './private/product';

/** An axis of `WorkItems.combinations`: the name of a field of the items, and the values that it has. */
export class Axis {
  /**
   * Creates an axis.
   *
   * A value may be any JSON, and the same value may occur more than once. The members of an object are sorted by name,
   * because maps of Java and Go keep no order. In Python, Java and Go, an object that is a value, or in one, loses its
   * members that are null: jsii leaves them out. A null in a list stays.
   *
   * @param name the name of the field
   * @param values the values in their order, at least one; numbers from -(2^53 - 1) to 2^53 - 1, and larger ones as
   * strings
   * @throws if there are no values, if a value is not JSON, or if a number is beyond 2^53, because JavaScript would
   * round it
   */
  // biome-ignore lint/suspicious/noExplicitAny: jsii has no other type for any value of JSON
  public static of(name: string, values: any[]): Axis {
    requireType('Axis.of', 'name', 'string', name);
    return new Axis(axis('Axis.of', name, values));
  }

  private constructor(
    /** @internal */
    public readonly _axis: FormulaAxis,
  ) {}
}
