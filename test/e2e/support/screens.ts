import { appendFileSync, writeFileSync } from 'node:fs';

/** Screens for the guides, in the file that the variable SCREENS names, if it is set. */
export class ScreensFile {
  private readonly file = process.env.SCREENS;

  constructor() {
    if (this.file) writeFileSync(this.file, '');
  }

  /** Adds what a command has shown, as the guides have it. */
  add(command: string, screen: string): void {
    if (this.file) appendFileSync(this.file, `$ npx cdk8s-work-queue ${command}\n${screen.trimEnd()}\n\n`);
  }
}
