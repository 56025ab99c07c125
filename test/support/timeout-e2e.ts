// A run on a cluster takes a minute; one that loses a node takes several.
jest.setTimeout(600_000);
