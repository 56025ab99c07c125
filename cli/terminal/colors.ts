import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

/**
 * Colours only on a terminal that has some, and never with `NO_COLOR`. https://no-color.org
 */
export function colorsFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Colors {
  const isWanted = stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return picocolors.createColors(isWanted);
}
