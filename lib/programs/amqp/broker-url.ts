import { isIPv6 } from 'node:net';
import { EnvName } from '../../contract/environment';
import { EnvironmentError } from '../runtime/environment';

export interface BrokerUrl {
  readonly tls: boolean;
  readonly username: string;
  readonly password: string;
  /** An IPv6 address has no brackets. */
  readonly host: string;
  readonly port: number;
  /** Percent-encoded, as in the URL. */
  readonly virtualHost: string;
}

const PORTS: Readonly<Record<string, number>> = { amqp: 5672, amqps: 5671 };

const SHAPE = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:[?#].*)?$/i;

/**
 * Reads the URL of a broker. Not by `new URL`: it resolves the virtual hosts `.` and `..` as if they were folders, and refuses an
 * IPv6 address without brackets, which a Secret may have as its host.
 *
 * @param name the variable or the option that has the URL as its value, for messages
 */
export function parseBrokerUrl(text: string, name: string = EnvName.BROKER_URL): BrokerUrl {
  // Values of a Secret often end with a newline.
  const [matched, scheme = '', userinfo = '', authority = '', path = ''] =
    SHAPE.exec(text.replace(/[\r\n\t]/g, '')) ?? [];
  if (matched === undefined) {
    throw new EnvironmentError(`${name} is not a URL; a URL looks like amqp://host:5672/virtual-host`);
  }
  const protocol = scheme.toLowerCase();
  const defaultPort = PORTS[protocol];
  if (defaultPort === undefined) {
    throw new EnvironmentError(`${name} begins with ${protocol}://, not with amqp:// or amqps://`);
  }
  const { host, port } = splitAuthority(authority) ?? {};
  if (!host) {
    // After a password with a slash, what looks like the host is a part of the credentials.
    const given = path.includes('@') ? 'something else' : JSON.stringify(authority);
    throw new EnvironmentError(
      `${name} has ${given} between // and /, not host or host:port with a port from 1 to 65535; ` +
        'an IPv6 address may be in brackets, and a / in a user name or password must be %2F',
    );
  }
  const colon = userinfo.includes(':') ? userinfo.indexOf(':') : userinfo.length;
  return {
    tls: protocol === 'amqps',
    username: decoded(userinfo.slice(0, colon), name),
    password: decoded(userinfo.slice(colon + 1), name),
    host,
    port: port ?? defaultPort,
    virtualHost: path || '%2F',
  };
}

function splitAuthority(authority: string): { host: string; port?: number } | undefined {
  // An IPv6 address without brackets: its last part is the port whenever the rest is an address too.
  if (isIPv6(authority) && !isIPv6(authority.replace(/:\d+$/, ''))) return { host: authority };
  const [, bracketed, bare = '', digits] = /^(?:\[(.*)\]|(.*?))(?::(\d*))?$/.exec(authority) ?? [];
  const host = bracketed ?? bare;
  const isHost = isIPv6(host) || (bracketed === undefined && !/[:[\]\s]/.test(host));
  const port = digits ? Number(digits) : undefined;
  if (!isHost || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  return { host, port };
}

function decoded(text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new EnvironmentError(
      `the user name or the password in ${name} has a % that encodes nothing; write %25 for a %`,
    );
  }
}
