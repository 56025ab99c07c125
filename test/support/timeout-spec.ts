// A checker looks at millions of states.
jest.setTimeout(300_000);
