import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const FOLDER = join(__dirname, '..', '..', 'build', 'programs');

/** All programs and scripts of this package, by the names of their files. */
export const PROGRAMS = ['broker-init.js', 'courier.js', 'credentials.js', 'runner.sh', 'seeder.js', 'shim.sh'];

/** Synthesizes as another version of this package would, in which these programs do the same but have another text. */
export function withOtherPrograms<T>(programs: readonly string[], synth: () => T): T {
  const { readFileSync } = fs;
  const read = (path: string, ...options: []) => {
    const content = readFileSync(path, ...options);
    const isOther = dirname(path) === FOLDER && programs.includes(basename(path, '.gz'));
    return isOther ? otherText(path, content) : content;
  };
  const spy = jest.spyOn(fs, 'readFileSync').mockImplementation(read as typeof readFileSync);
  try {
    return synth();
  } finally {
    spy.mockRestore();
  }
}

function otherText(path: string, content: Buffer): Buffer {
  if (path.endsWith('.gz')) return gzipSync(otherText(path.slice(0, -3), gunzipSync(content)));
  const comment = path.endsWith('.sh') ? '# Another version.' : '// Another version.';
  return Buffer.from(`${content}\n${comment}\n`);
}
