const { devDependencies } = require('../package.json');

/** The versions of cdk8s-plus that there is a package for, the oldest first: those that are installed here. */
exports.VERSIONS = Object.keys(devDependencies)
  .flatMap((name) => /^cdk8s-plus-(\d+)$/.exec(name)?.[1] ?? [])
  .sort((a, b) => a - b);
