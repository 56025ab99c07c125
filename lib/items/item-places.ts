import { fieldText, ItemValues, tooLong, UnusableItem } from '../contract/item-fields';
import { type Formula, type Literals, unfold } from '../contract/item-formula';
import { FramedItems } from '../contract/item-frames';
import type { ItemTemplate } from '../contract/item-templates';
import type { WorkItems } from './work-items';

/** An argument or a variable of the program that contains fields of the item. */
export interface ItemPlace {
  /** Such as `an argument` or `variable LR`. */
  readonly what: string;
  readonly template: ItemTemplate;
  /** What belongs to the same string for Linux: the name of a variable, or an empty string. */
  readonly before: string;
}

/** An item that the program cannot get the way it should. */
export interface FirstUnusable {
  /** The item's number, from 0. */
  readonly n: number;
  readonly item: Buffer;
  /** The names of its fields. */
  readonly fields: readonly string[];
  readonly place: ItemPlace;
  readonly why: UnusableItem;
}

/**
 * Returns the first item that cannot be in these places, or nothing if all can. Where the formula alone shows that all
 * can, no item is created.
 */
export function firstUnusable({ _content }: WorkItems, places: readonly ItemPlace[]): FirstUnusable | undefined {
  const { formula, items, literals } = _content;
  if (new FormulaCheck(literals, places).isUsable(formula)) return undefined;
  for (let n = 0; n < items.count; n++) {
    const item = items.item(n);
    const found = unusablePlace(item, places);
    if (found) return { n, item, fields: [...(new ItemValues(item).fields?.keys() ?? [])], ...found };
  }
  return undefined;
}

function unusablePlace(item: Buffer, places: readonly ItemPlace[]): Pick<FirstUnusable, 'place' | 'why'> | undefined {
  const values = new ItemValues(item);
  for (const place of places) {
    const why = values.fill(place.template, place.before);
    if (why instanceof UnusableItem) return { place, why };
  }
  return undefined;
}

const NO_LITERALS: Literals = { count: 0, item: () => Buffer.alloc(0), lengthOf: () => 0 };

/** Whether all items of a formula can be in the places, as far as that can be seen without creating each. */
class FormulaCheck {
  private blocks = 0;

  /** @param literals the frames of the literal items, for each `literals` node of the formula, depth first */
  constructor(
    private readonly literals: readonly Buffer[],
    private readonly places: readonly ItemPlace[],
  ) {}

  isUsable(formula: Formula): boolean {
    switch (formula.kind) {
      case 'literals':
        return this.areLiteralsUsable(new FramedItems(this.literals[this.blocks++]));
      case 'range':
        return false; // its items are no objects
      case 'keyRanges':
        return this.areEndsUsable(formula);
      case 'product':
        return this.isProductUsable(formula);
      case 'concat':
        return formula.parts.every((part) => this.isUsable(part));
      case 'shuffled':
      case 'take':
        return this.isUsable(formula.of);
    }
  }

  private areLiteralsUsable(items: Literals): boolean {
    for (let n = 0; n < items.count; n++) if (unusablePlace(items.item(n), this.places)) return false;
    return true;
  }

  /** All items have the same fields, and the first one or the last one has the longest values. */
  private areEndsUsable(formula: Formula): boolean {
    const items = unfold(formula, NO_LITERALS);
    return [0, items.count - 1].every((n) => items.count === 0 || !unusablePlace(items.item(n), this.places));
  }

  /** Each value of an axis is looked at once, not in each of its combinations. */
  private isProductUsable(formula: Formula & { kind: 'product' }): boolean {
    const items = unfold(formula, NO_LITERALS);
    const longest = new Map<string | undefined, number>([[undefined, items.longestOf(items.count)]]);
    const fields = new Set(this.places.flatMap(({ template }) => template.map(fieldOf)));
    for (const { name, values } of formula.axes) {
      if (!fields.has(name)) continue;
      const texts = values.map((value) => fieldText(name, value));
      if (texts.some((text) => text instanceof UnusableItem)) return false;
      longest.set(
        name,
        texts.reduce((max, text) => Math.max(max, Buffer.byteLength(String(text))), 0),
      );
    }
    return this.places.every(({ template, before }) => {
      const lengths = template.map((part) =>
        typeof part === 'string' ? Buffer.byteLength(part) : (longest.get(part.field) ?? Number.POSITIVE_INFINITY),
      );
      return !tooLong(
        template,
        lengths.reduce((sum, length) => sum + length, Buffer.byteLength(before)),
      );
    });
  }
}

function fieldOf(part: ItemTemplate[number]): string | undefined {
  return typeof part === 'string' ? undefined : part.field;
}
