/** jsii and its tools warn on every run that Node 20 has left their own support; they work there, and so does the package. */
exports.JSII_ENVIRONMENT = { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };
