/**
 * Stands for the item in the program's command. It must not contain braces: `cdk8s synth --format helm` writes templates,
 * in which `{{` begins an action. https://helm.sh/docs/chart_template_guide/
 */
export const ITEM_PLACEHOLDER = '@WORK_ITEM@';

/**
 * The words of the program's command. A word that contains the placeholder is given as the pieces around it. Every
 * other word is `null`, because the courier does not need it.
 */
export type ItemArguments = readonly (readonly string[] | null)[];
