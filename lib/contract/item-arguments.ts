/** Stands for the item in the program's command. */
export const ITEM_PLACEHOLDER = '{{work-item}}';

/**
 * The words of the program's command: for each that has the placeholder, the pieces around it, and `null` for each that the
 * courier need not know.
 */
export type ItemArguments = readonly (readonly string[] | null)[];
