import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { type Options, transformSync } from '@swc/core';
import { Yaml } from 'cdk8s';
import type { Json } from '../../tools/synthesized-run';

const ROOT = join(__dirname, '..', '..');

/** In this process: esbuild, to do the same at once, would start one of its own each time. */
const SWC_OPTIONS: Options = { configFile: join(ROOT, '.swcrc'), sourceMaps: false };

/** The apps that we document: main.ts and those in examples/. */
export const APPS = ['main.ts', ...typescriptIn('examples')];

export function synthesizedApp(app: string): Json[] {
  return synthesized(readFileSync(join(ROOT, app), 'utf8'));
}

/** What the code of an app synthesizes. It runs in this process, because a separate one would take seconds to load. */
export function synthesized(code: string): Json[] {
  const folder = mkdtempSync(join(tmpdir(), 'synthesized-'));
  process.env.CDK8S_OUTDIR = folder;
  try {
    const { code: script } = transformSync(code, SWC_OPTIONS);
    compileFunction(script, ['require', 'exports'])(require, {});
    return readdirSync(folder).flatMap((file) => Yaml.load(join(folder, file)));
  } finally {
    delete process.env.CDK8S_OUTDIR;
    rmSync(folder, { recursive: true });
  }
}

function typescriptIn(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.ts'));
  return names.sort().map((name) => join(folder, name));
}
