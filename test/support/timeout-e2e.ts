// A run on a cluster takes a minute. A run that loses a node takes several minutes.
jest.setTimeout(600_000);
