/** The keys of a certificate's Secret, as cert-manager names them. https://cert-manager.io/docs/usage/certificate/ */
export const CertificateKey = { CERTIFICATE: 'tls.crt', PRIVATE_KEY: 'tls.key', AUTHORITIES: 'ca.crt' } as const;
