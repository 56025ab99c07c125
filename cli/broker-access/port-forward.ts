import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Cluster, PodPort } from '../kubernetes/cluster';

/** A port of the loopback interface. Each connection to it goes to a pod that is chosen for it, so that a new one finds another pod. */
export class PortForward {
  /** Why the last connection did not reach a pod. */
  trouble: Error | undefined;

  /** @param choose the pod of a connection */
  static async open(cluster: Cluster, choose: () => Promise<PodPort>): Promise<PortForward> {
    const server = createServer({ pauseOnConnect: true });
    const forward = new PortForward(cluster, choose, server);
    server.on('connection', (socket) => void forward.connect(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return forward;
  }

  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly cluster: Cluster,
    private readonly choose: () => Promise<PodPort>,
    private readonly server: Server,
  ) {}

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async connect(socket: Socket): Promise<void> {
    this.sockets.add(socket);
    socket.on('error', () => {}); // its end follows
    let end = () => {};
    socket.once('close', () => {
      this.sockets.delete(socket);
      end();
    });
    try {
      end = await this.cluster.forward(await this.choose(), socket);
      this.trouble = undefined;
      if (socket.destroyed) end();
      else socket.resume();
    } catch (error) {
      this.trouble = error as Error;
      socket.destroy();
    }
  }
}
