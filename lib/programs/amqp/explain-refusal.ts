/** Node.js' and OpenSSL's codes for a certificate that is not accepted. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATE = /CERT|UNABLE_TO_|HOSTNAME_MISMATCH/;

/** Why a connection was not made, if the client library's own words do not tell a person what to check. */
export function explainRefusal(error: Error & { code?: unknown }): Error {
  const { message } = error;
  const code = String(error.code ?? '');
  // amqplib does not pass on the broker's words if it refuses `connection.open`, which asks for the virtual host.
  if (message.includes('Expected ConnectionOpenOk')) {
    return new Error('the broker refuses the virtual host: it does not exist, or the user may not use it');
  }
  if (CERTIFICATE.test(code)) return new Error(`the broker's certificate is not accepted: ${message} (${code})`);
  if (code.startsWith('ERR_SSL_')) return new Error(`no TLS on this port: ${message.trim()}`);
  return error;
}
