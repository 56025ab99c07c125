// Puts the places in the sources into a stack trace of a program: they are minified in the cluster. It reads the log of a pod.
//   kubectl logs POD -c courier | node scripts/trace.mjs
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const programs = join(dirname(fileURLToPath(import.meta.url)), '..', 'build', 'programs');
const maps = new Map();

for await (const line of createInterface({ input: process.stdin }))
  console.log(line.replace(/[^\s(]*?(\w+)\.js:(\d+):(\d+)/g, mapped));

function mapped(place, program, line, column) {
  const { originalSource, originalLine, originalColumn } = mapOf(program)?.findEntry(line - 1, column - 1) ?? {};
  if (originalSource === undefined) return place;
  return `${normalize(join('build/programs', originalSource))}:${originalLine + 1}:${originalColumn + 1}`;
}

function mapOf(program) {
  if (!maps.has(program)) maps.set(program, read(join(programs, `${program}.js.map`)));
  return maps.get(program);
}

/** Undefined for a file that is not a program of ours, such as those of Node.js. */
function read(file) {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
