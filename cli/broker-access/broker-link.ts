import { addressText, type BrokerAddress } from '../../lib/programs/amqp/broker-address';
import { BrokerError, Session } from '../../lib/programs/amqp/session';
import { EnvironmentError } from '../../lib/programs/runtime/environment';
import type { Cluster } from '../kubernetes/cluster';
import { CommandError } from '../system/command-error';
import { brokerAddress, givenBrokerAddress } from './broker-address';
import { BrokerUnavailable } from './broker-error';
import type { BrokerFacts } from './broker-facts';
import { findBrokerPod } from './broker-pod';
import { PortForward } from './port-forward';

/** A broker that could not be reached is not tried again for so long: an attempt may take its time, and other runs wait. */
const PAUSE_MS = 3000;

/** The way to a broker: a port-forward, or straight to it. A session that is lost is replaced when the next one is asked for. */
export class BrokerLink {
  private current: Session | undefined;
  private opening: Promise<Session> | undefined;
  private forward: PortForward | undefined;
  private failure: { readonly error: unknown; readonly until: number } | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly facts: BrokerFacts,
    /** The value of `--broker-url`. */
    private readonly brokerUrl: string | undefined,
  ) {}

  /** A session that lives. Rejects with a `CommandError`. */
  async session(): Promise<Session> {
    if (this.current && !this.current.lost.aborted) return this.current;
    if (this.failure && performance.now() < this.failure.until) throw this.failure.error;
    this.opening ??= this.open()
      .catch((error) => {
        this.failure = { error, until: performance.now() + PAUSE_MS };
        throw error;
      })
      .finally(() => {
        this.opening = undefined;
      });
    return this.opening;
  }

  async close(): Promise<void> {
    await this.current?.close();
    this.forward?.close();
  }

  private async open(): Promise<Session> {
    const address = await this.address();
    try {
      this.current = await Session.open(await this.reachable(address));
      return this.current;
    } catch (error) {
      const trouble = this.forward?.trouble;
      if (trouble instanceof CommandError) throw trouble;
      if (!(error instanceof BrokerError)) throw error;
      throw this.explained(error, address);
    }
  }

  private async address(): Promise<BrokerAddress> {
    const ofPods = () => brokerAddress(this.cluster, this.facts);
    try {
      return await (this.brokerUrl === undefined ? ofPods() : givenBrokerAddress(this.brokerUrl, ofPods));
    } catch (error) {
      throw error instanceof EnvironmentError ? new CommandError(`${error.message}. Correct it`) : error;
    }
  }

  /** The address from this machine. */
  private async reachable(address: BrokerAddress): Promise<BrokerAddress> {
    if (this.brokerUrl !== undefined) return address;
    const { host, port } = address;
    const found = await findBrokerPod(this.cluster, host, port);
    if (!found) return address;
    let first: typeof found | undefined = found;
    const choose = async () => {
      const pod = first ?? (await findBrokerPod(this.cluster, host, port));
      first = undefined;
      if (!pod)
        throw new BrokerUnavailable(`The broker is gone: its Service ${host} was deleted. Apply the manifest again`);
      return pod;
    };
    this.forward?.close();
    this.forward = await PortForward.open(this.cluster, choose);
    return { ...address, host: '127.0.0.1', port: this.forward.port };
  }

  private explained({ message }: BrokerError, address: BrokerAddress): BrokerUnavailable {
    const hint =
      this.brokerUrl === undefined
        ? 'If this machine reaches the broker by another address, give --broker-url'
        : 'Check --broker-url';
    return new BrokerUnavailable(`The broker ${addressText(address)} does not answer: ${message}. ${hint}`);
  }
}
