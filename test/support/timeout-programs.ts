// A broker has to start, and some protocols wait on purpose.
jest.setTimeout(120_000);
