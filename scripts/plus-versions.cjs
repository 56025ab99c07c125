const { devDependencies, peerDependencies } = require('../package.json');

const versionsIn = (packages) => Object.keys(packages).flatMap((name) => /^cdk8s-plus-(\d+)$/.exec(name)?.[1] ?? []);

/** The versions of cdk8s-plus that there is a package for, the oldest first: those that are installed here. */
exports.VERSIONS = versionsIn(devDependencies).sort((a, b) => a - b);

/** The version that the sources import. Its package has the plain name. */
exports.PLAIN = versionsIn(peerDependencies)[0];
