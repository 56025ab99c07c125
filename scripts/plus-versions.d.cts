export const VERSIONS: readonly string[];
export const PLAIN: string;
