import { CommandError } from '../system/command-error';

/** The broker cannot be reached, or not now. A later attempt may succeed. */
export class BrokerUnavailable extends CommandError {}
