export const JSII_ENVIRONMENT: Readonly<Record<string, string>>;
