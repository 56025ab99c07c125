import { ItemHeader } from '../../contract/message-headers';

/** The number of the retry that has put an item into the queue, from the headers of a message: 0 if it was the seeder. */
export function generationOf(headers: Readonly<Record<string, unknown>> | undefined): number {
  const value = headers?.[ItemHeader.GENERATION];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** What the headers of a message say of that. */
export function generationHeader(generation: number): Record<string, number> {
  return generation === 0 ? {} : { [ItemHeader.GENERATION]: generation };
}
