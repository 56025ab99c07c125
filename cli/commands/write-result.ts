import { writeFile } from 'node:fs/promises';
import { CommandError } from '../system/command-error';

/** Writes the file of `--out`. */
export async function writeResult(what: string, file: string, content: string): Promise<void> {
  await writeFile(file, content).catch((error: Error) => {
    throw new CommandError(`${what} cannot be written: ${error.message}. Name another file with --out`);
  });
}
