// Broker-J keeps its messages in a database, which takes its time after a kill on a machine with other work to do.
jest.setTimeout(300_000);
