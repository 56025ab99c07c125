import { CredentialFile } from '../../lib/contract/broker-secrets';
import type { BrokerAddress } from '../../lib/programs/amqp/broker-address';
import { parseBrokerUrl } from '../../lib/programs/amqp/broker-url';
import { NotFoundError } from '../kubernetes/api-error';
import type { Cluster } from '../kubernetes/cluster';
import { CommandError } from '../system/command-error';
import { BrokerUnavailable } from './broker-error';
import type { BrokerFacts, KeyOf } from './broker-facts';

/** The broker as the pods reach it, with credentials and authorities as they are now. */
export async function brokerAddress(cluster: Cluster, facts: BrokerFacts): Promise<BrokerAddress> {
  const objects = new KeyReader(cluster);
  const values = new Map<string, string>();
  for (const [name, from] of Object.entries(facts.variables)) values.set(name, await objects.text(from));
  const url = facts.url.replace(/\$\((\w+)\)/g, (given, name) => values.get(name) ?? given);
  const { host, port, virtualHost, tls } = parseBrokerUrl(url, 'BROKER_URL in the pod template');
  const credentials = {
    [CredentialFile.USERNAME]: await objects.text(facts.username),
    [CredentialFile.PASSWORD]: await objects.text(facts.password),
  };
  const authorities = facts.authorities && (await objects.bytes(facts.authorities));
  return {
    ...{ host, port, virtualHost, tls },
    serverName: facts.serverName ?? host,
    credentials: () => credentials,
    authorities: () => authorities,
  };
}

/**
 * The broker of `--broker-url`. What the URL does not say, the pod template does: credentials, authorities, virtual host, and the
 * name in the certificate.
 */
export async function givenBrokerAddress(
  brokerUrl: string,
  usual: () => Promise<BrokerAddress>,
): Promise<BrokerAddress> {
  const { username, password, host, port, virtualHost, tls } = parseBrokerUrl(brokerUrl, '--broker-url');
  const hasPath = /^\w+:\/\/[^/]*\/./.test(brokerUrl);
  if (username && !tls) {
    const inUrl = { username, password };
    const named = hasPath ? virtualHost : (await usual().catch(() => undefined))?.virtualHost;
    return {
      ...{ host, port, virtualHost: named ?? virtualHost, tls },
      serverName: host,
      credentials: () => inUrl,
      authorities: () => undefined,
    };
  }
  const address = await usual();
  return {
    ...{ host, port, virtualHost: hasPath ? virtualHost : address.virtualHost, tls },
    serverName: address.tls ? address.serverName : host,
    credentials: () => (username ? { username, password } : address.credentials()),
    authorities: () => address.authorities(),
  };
}

/** Reads keys of Secrets and ConfigMaps, each object once. */
class KeyReader {
  private readonly objects = new Map<string, Promise<ReadonlyMap<string, Buffer>>>();

  constructor(private readonly cluster: Cluster) {}

  /** Without a line end after the value: editors and `echo` leave one behind. */
  async text(from: KeyOf): Promise<string> {
    return (await this.bytes(from)).toString().replace(/\r?\n$/, '');
  }

  async bytes({ kind, name, key }: KeyOf): Promise<Buffer> {
    const id = `${kind} ${name}`;
    const reading = this.objects.get(id) ?? this.read(kind, name);
    this.objects.set(id, reading);
    const value = (await reading).get(key);
    if (value !== undefined) return value;
    throw new CommandError(`${id} has no key ${key}, which the pods of the run use. Add the key, or give --broker-url`);
  }

  private async read(kind: KeyOf['kind'], name: string): Promise<ReadonlyMap<string, Buffer>> {
    try {
      return await this.dataOf(kind, name);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      throw new BrokerUnavailable(
        `${kind} ${name}, which the pods of the run use for the broker, does not exist. Wait until it is created, or give ` +
          '--broker-url with user and password',
      );
    }
  }

  private async dataOf(kind: KeyOf['kind'], name: string): Promise<ReadonlyMap<string, Buffer>> {
    if (kind === 'Secret') {
      const { data = {} } = await this.cluster.secret(name);
      return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
    }
    const { data = {} } = await this.cluster.configMap(name);
    return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value)]));
  }
}
