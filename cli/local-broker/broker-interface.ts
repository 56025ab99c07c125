/** A real RabbitMQ to work with. */
export interface Broker {
  /** With user name and password. */
  readonly url: string;
  readonly version?: string;
  /** Where it comes from, for people. */
  readonly description: string;
  /** False for somebody else's broker: `kill` and `restart` refuse. */
  readonly ours: boolean;
  /** The leader of the server's process group, where the server is a process of ours. */
  readonly pid?: number;
  /** Ends the server as a power cut would. */
  kill(): Promise<void>;
  /** Starts the server again, on the same port and the same data. */
  restart(): Promise<void>;
  /** Ends the server and removes whatever it has written. */
  stop(): Promise<void>;
}
