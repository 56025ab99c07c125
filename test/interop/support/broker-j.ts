import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Broker } from '../../../cli/local-broker/broker-interface';
import { ServerProcess } from '../../../cli/local-broker/server-process';
import { freePorts } from '../../../cli/system/ports';
import { Workspace } from '../../../cli/system/workspace';
import { brokerJConfig } from './broker-j-config';
import { copyBrokerJ } from './broker-j-jars';

const USERNAME = 'interop';

/** Starts an Apache Qpid Broker-J, with its messages in a Derby database, in a folder of its own. */
export async function startBrokerJ(): Promise<Broker> {
  const workspace = new Workspace('work-queue-broker-j');
  try {
    await copyBrokerJ(workspace.folder('jars'));
    const [port] = await freePorts(1);
    const server = brokerJ(workspace, port);
    const version = await server.start();
    return server.broker(version, `Apache Qpid Broker-J ${version} on port ${port}`);
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

function brokerJ(workspace: Workspace, port: number): ServerProcess {
  const password = randomBytes(12).toString('hex');
  const config = join(workspace.dir, 'initial-config.json');
  writeFileSync(config, JSON.stringify(brokerJConfig({ username: USERNAME, password })));
  const work = workspace.folder('work');
  return new ServerProcess({
    name: 'Broker-J',
    url: `amqp://${USERNAME}:${password}@127.0.0.1:${port}`,
    command: 'java',
    args: [
      ...['-Xmx256m', '-XX:+UseSerialGC', `-Dderby.stream.error.file=${join(work, 'derby.log')}`],
      ...['-cp', join(workspace.dir, 'jars', '*'), 'org.apache.qpid.server.Main'],
      ...['-icp', config, '-prop', `qpid.work_dir=${work}`, '-prop', `qpid.amqp_port=${port}`],
    ],
    environment: { ...process.env, ...workspace.marker },
    workspace,
  });
}
