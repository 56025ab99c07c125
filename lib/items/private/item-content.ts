import { type Formula, type ItemSequence, type Literals, unfold } from '../../contract/item-formula';
import { FramedItems, frameItems } from '../../contract/item-frames';

/** A formula, with the literal items that it has. */
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
    /** One for each `literals` node of the formula, depth first. */
    private readonly blocks: readonly Block[],
    /** How many items the shuffles of the formula hold in memory, all together. */
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
      // One level for many in a row: a formula is a tree, and trees are walked by recursion.
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
    // What is left out need not be in the manifest.
    const [{ frames }] = this.blocks;
    return new ItemContent({ kind: 'literals', count }, [{ frames: new FramedItems(frames).head(count), count }]);
  }
}

interface Block {
  readonly frames: Buffer;
  readonly count: number;
}

/** Put together when an item is asked for: of contents that others are made of none ever is. */
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
