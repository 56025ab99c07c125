const { availableParallelism } = require('node:os');
const { PLAIN, VERSIONS } = require('./scripts/plus-versions.cjs');

/** The version of cdk8s-plus to test with, if it is not the one that the sources import. */
const { CDK8S_PLUS } = process.env;
const plus = CDK8S_PLUS === 'newest' ? VERSIONS.at(-1) : CDK8S_PLUS;

/** A folder of tests that can be run by itself: `jest --selectProjects NAME`. */
const project = (displayName, { timeouts } = {}) => ({
  displayName,
  testEnvironment: 'node',
  // Jest loads no ES modules. The packages of D3 have a `umd` version as well.
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons', 'umd'] },
  testMatch: [`<rootDir>/test/${displayName}/**/*.test.ts`],
  transform: { '\\.ts$': '@swc/jest' },
  // Packages that are made from this one have its name, too.
  modulePathIgnorePatterns: ['<rootDir>/build/packages/'],
  // The examples import the package by its name, as in a project of their own.
  moduleNameMapper: {
    '^cdk8s-work-queue$': '<rootDir>/lib/index.ts',
    ...(plus && { [`^cdk8s-plus-${PLAIN}$`]: `cdk8s-plus-${plus}` }),
  },
  setupFilesAfterEnv: timeouts ? [`<rootDir>/test/support/timeout-${timeouts}.ts`] : [],
});

/** @type {import('jest').Config} */
module.exports = {
  globalSetup: '<rootDir>/test/support/built.mjs',
  // Three times the cores: the tests of the programs mostly wait, for brokers that they kill and start again.
  maxWorkers: 3 * availableParallelism(),
  // For `--coverage`. The programs are not counted: their tests run them as processes, most of which are killed.
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts', '!lib/programs/**'],
  coverageReporters: [['text', { skipFull: true }]],
  coverageThreshold: { global: { statements: 99, branches: 97, functions: 98, lines: 99 } },
  projects: [
    project('unit'),
    project('docs'),
    project('package'),
    project('programs', { timeouts: 'programs' }),
    project('spec', { timeouts: 'spec' }),
    project('interop', { timeouts: 'interop' }),
    project('languages', { timeouts: 'languages' }),
    project('e2e', { timeouts: 'e2e' }),
  ],
};
