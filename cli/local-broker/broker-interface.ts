/** A real RabbitMQ to work with. */
export interface Broker {
  /** With user name and password. */
  readonly url: string;
  readonly version?: string;
  /** Where the broker comes from, for people. */
  readonly description: string;
  /** Whether the broker was running already. Then `kill` and `restart` refuse. */
  readonly foreign: boolean;
  /** The leader of the server's process group, if this package started the server as a process. */
  readonly pid?: number;
  /** Ends the server as a power cut would. */
  kill(): Promise<void>;
  /** Starts the server again, on the same port and the same data. */
  restart(): Promise<void>;
  /** Ends the server, if this package started it, and removes what it has written. */
  stop(): Promise<void>;
}
