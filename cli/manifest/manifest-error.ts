import { CommandError } from '../system/command-error';

/** A file is not what the command needs. */
export class ManifestError extends CommandError {}
