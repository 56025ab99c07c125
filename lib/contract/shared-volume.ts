/**
 * The files in the shared volume, the memory volume through which worker and courier talk. `shim.sh` and `runner.sh` name them
 * too, because sh cannot import.
 */
export const SharedVolume = {
  /** FIFO, worker to courier. */
  UP: 'up',
  /** FIFO, courier to worker. */
  DOWN: 'down',
  /** FIFO: the program's standard error, for the container's log and the courier. */
  STDERR: 'stderr',
  /** FIFO: the courier's copy of the program's standard error. */
  STDERR_COPY: 'stderr.copy',
  /** FIFO inside the worker: the numbers of the runs, for the runner. */
  RUNS: 'runs',
  /** FIFO inside the worker: the runner holds its end open as long as it lives. */
  RUNNER: 'runner',
  /** The item that the program reads on its standard input. */
  ITEM: 'item',
  /** Lines of sh that set the variables and the arguments of a run. */
  CALL: 'call',
  /** Folder that exists as soon as the worker's container is created: the kubelet then has its image and all that it needs. */
  WORKER_CREATED: 'worker',
  /** Folder that exists as soon as the courier's container is created. */
  COURIER_CREATED: 'courier',
} as const;

/** What worker and courier say to each other, one line each. `shim.sh` and `runner.sh` name these words too. */
export const Verb = {
  /** Up: the shim waits for work. */
  READY: 'ready',
  /** Up, with the run's number and a status: the program has ended; 128 + N if signal N ended it. */
  EXIT: 'exit',
  /** Up: the worker's container got a SIGTERM; said before the program gets it. */
  SHUTDOWN: 'shutdown',
  /** Down: the courier is there; from now on its end of the FIFO says whether it lives. */
  HELLO: 'hello',
  /** Down, with a number that no earlier run has: run the program on the item. */
  RUN: 'run',
  /** Down: send the program SIGTERM. */
  TERM: 'term',
  /** Down: send the program, and what it started, SIGKILL. */
  KILL: 'kill',
  /** Down, with a status and a message: write the message to the termination log and end with the status. */
  QUIT: 'quit',
} as const;
