// These tests start a broker, and some protocols wait on purpose.
jest.setTimeout(120_000);
