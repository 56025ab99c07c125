export const VERSIONS: readonly string[];
