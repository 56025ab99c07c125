/** Stands for the item in the program's command. */
export const ITEM_PLACEHOLDER = '{{work-item}}';

/**
 * The words of the program's command. A word that contains the placeholder is given as the pieces around it. Every
 * other word is `null`, because the courier does not need it.
 */
export type ItemArguments = readonly (readonly string[] | null)[];
