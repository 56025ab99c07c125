import { type Formula, type ItemSequence, type Literals, unfold } from '../../contract/item-formula';
import { FramedItems, frameItems } from '../../contract/item-frames';

/** A formula together with its literal items. */
export class ItemContent {
  static ofLiterals(items: readonly (string | Uint8Array)[]): ItemContent {
    return new ItemContent({ kind: 'literals', count: items.length }, [
      { frames: frameItems(items), count: items.length },
    ]);
  }

  static ofFormula(formula: Formula): ItemContent {
    return new ItemContent(formula, []);
  }

  readonly items: ItemSequence;

  private constructor(
    readonly formula: Formula,
    /** One block for each `literals` node of the formula, depth first. */
    private readonly blocks: readonly Block[],
    /** How many items all shuffles of the formula together hold in memory. */
    readonly shuffledItems: number = 0,
  ) {
    this.items = unfold(formula, joined(blocks));
  }

  /** The frames of the literal items, in the order of the formula. */
  get literals(): Buffer[] {
    return this.blocks.map(({ frames }) => frames);
  }

  concat(others: readonly ItemContent[]): ItemContent {
    const all = [this, ...others];
    return new ItemContent(
      // Many calls in a row give one level: a formula is a tree that is walked by recursion, so it must not be deep.
      { kind: 'concat', parts: all.flatMap(({ formula }) => (formula.kind === 'concat' ? formula.parts : [formula])) },
      all.flatMap(({ blocks }) => blocks),
      all.reduce((sum, { shuffledItems }) => sum + shuffledItems, 0),
    );
  }

  shuffled(seed: number): ItemContent {
    const shuffledItems = this.shuffledItems + this.items.count;
    return new ItemContent({ kind: 'shuffled', of: this.formula, seed }, this.blocks, shuffledItems);
  }

  take(count: number): ItemContent {
    if (count >= this.items.count) return this;
    if (this.formula.kind !== 'literals') {
      return new ItemContent({ kind: 'take', of: this.formula, count }, this.blocks, this.shuffledItems);
    }
    // The items that are left out need not be in the manifest.
    const [{ frames }] = this.blocks;
    return new ItemContent({ kind: 'literals', count }, [{ frames: new FramedItems(frames).head(count), count }]);
  }
}

interface Block {
  readonly frames: Buffer;
  readonly count: number;
}

/**
 * Joins the blocks when the first item is requested. No item is requested from a content that only serves to build
 * other contents.
 */
function joined(blocks: readonly Block[]): Literals {
  let framed: FramedItems | undefined;
  const all = () => {
    framed ??= new FramedItems(Buffer.concat(blocks.map(({ frames }) => frames)));
    return framed;
  };
  return {
    count: blocks.reduce((sum, { count }) => sum + count, 0),
    item: (n) => all().item(n),
    lengthOf: (n) => all().lengthOf(n),
  };
}
