import type { Command } from 'commander';

/** What a command reads and writes beside its arguments. */
export interface CommandIo {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: NodeJS.ProcessEnv;
  /** Aborts on Ctrl-C. */
  readonly interrupt: AbortSignal;
}

/** Resolves to the exit code. */
type Action = () => Promise<number>;

interface ActionOptions {
  /** After Ctrl-C, the command waits for the action however long it takes. Otherwise the action has a moment to end. */
  readonly mustEnd?: boolean;
}

/** Runs the action of a command. */
export type RunAction = (action: Action, options?: ActionOptions) => Promise<void>;

/** Adds a command to the command line. Its action must call `run`. */
export type AddCommand = (program: Command, io: CommandIo, run: RunAction) => void;
