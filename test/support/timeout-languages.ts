// Packages are installed, and code in four languages is compiled.
jest.setTimeout(600_000);
