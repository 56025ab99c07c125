import { buildSync } from 'esbuild';

/** Lines of TypeScript, and all that they import, as one script; paths are those of `folder`. */
export function bundle(lines: string, folder: string, define: Readonly<Record<string, string>> = {}): string {
  const { outputFiles } = buildSync({
    stdin: { contents: lines, resolveDir: folder, loader: 'ts' },
    define,
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
