/**
 * The files in the shared volume, the volume in memory through which worker and courier talk. `shim.sh` and `runner.sh`
 * repeat these names, because sh cannot import them.
 */
export const SharedVolume = {
  /**
   * Folder of the FIFOs. It has no sticky bit, unlike the volume itself: in a sticky folder that all users can write to,
   * Linux refuses to open the FIFO of another user if `fs.protected_fifos` is set.
   * https://docs.kernel.org/admin-guide/sysctl/fs.html#protected-fifos
   */
  FIFOS: 'fifos',
  /** FIFO from worker to courier. */
  UP: 'fifos/up',
  /** FIFO from courier to worker. */
  DOWN: 'fifos/down',
  /** FIFO that carries the program's standard error, for the container's log and the courier. */
  STDERR: 'fifos/stderr',
  /** FIFO that carries the courier's copy of the program's standard error. */
  STDERR_COPY: 'fifos/stderr.copy',
  /** FIFO inside the worker that carries the numbers of the runs to the runner. */
  RUNS: 'fifos/runs',
  /** FIFO inside the worker. The runner keeps its end open as long as the runner lives. */
  RUNNER: 'fifos/runner',
  /** The item that the program reads on its standard input. */
  ITEM: 'item',
  /** Lines of sh that set the variables and the arguments of a run. */
  CALL: 'call',
  /**
   * Folder that exists as soon as the worker's container is created. From then on, the kubelet has the image and
   * everything else that the container needs.
   */
  WORKER_CREATED: 'worker',
  /** Folder that exists as soon as the courier's container is created. */
  COURIER_CREATED: 'courier',
} as const;

/**
 * The messages between worker and courier, one line each. "Up" is from worker to courier, and "down" is the other way.
 * `shim.sh` and `runner.sh` repeat these words.
 */
export const Verb = {
  /** Up: the shim is waiting for work. */
  READY: 'ready',
  /** Up, with the run's number and a status: the program has ended. The status is 128 + N if signal N ended it. */
  EXIT: 'exit',
  /** Up: the worker's container got a SIGTERM. The shim says so before it passes the signal to the program. */
  SHUTDOWN: 'shutdown',
  /** Down: the courier has started. From now on, its end of the FIFO shows whether the courier is alive. */
  HELLO: 'hello',
  /** Down, with a number that no earlier run had: run the program on the item. */
  RUN: 'run',
  /** Down, again and again during a run: look whether the shim's helpers, which a program can kill, still live. */
  CHECK: 'check',
  /** Down: send SIGTERM to the program. */
  TERM: 'term',
  /** Down: send SIGKILL to the program and to the processes that it started. */
  KILL: 'kill',
  /** Down, with a status and a message: write the message to the termination log and end with the status. */
  QUIT: 'quit',
} as const;
