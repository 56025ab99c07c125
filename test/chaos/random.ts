import { createHash } from 'node:crypto';

/** Numbers that look like chance and are, for a seed, always the same. */
export class Random {
  private drawn = 0;

  constructor(private readonly seed: string) {}

  /** From 0 to below 1. */
  fraction(): number {
    const digest = createHash('sha256')
      .update(`${this.seed} ${this.drawn++}`)
      .digest();
    return digest.readUInt32BE() / 2 ** 32;
  }

  between(least: number, most: number): number {
    return least + this.fraction() * (most - least);
  }

  oneOf<T>(choices: readonly T[]): T {
    return pick(choices, this.fraction()) as T;
  }

  /** One of the names, each as often as its weight is heavy. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const names = Object.keys(weights) as K[];
    let rest = this.fraction() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      rest -= weights[name];
      if (rest < 0) return name;
    }
    return names[names.length - 1];
  }
}

/** The choice that a fraction from 0 to below 1 falls on; none where there is nothing to choose from. */
export function pick<T>(choices: readonly T[], fraction: number): T | undefined {
  return choices[Math.floor(fraction * choices.length)];
}
