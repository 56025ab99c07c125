// The checker visits millions of states.
jest.setTimeout(300_000);
