import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Tls } from '../../../lib/index';
import { brokerOf } from '../../support/broker-of';

const NODE = 'rabbit@rabbitmq-1.nodes';
const NO_ALARM = `Node ${NODE} reported no alarms, local or clusterwide`;

const folder = mkdtempSync(join(tmpdir(), 'readiness-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the probe of a server, with an imitation of RabbitMQ's command that gives these answers. */
function ready({ server } = brokerOf(), answers: { port?: string; alarms?: string; alarmsExit?: number } = {}) {
  const { port = '5672', alarms = NO_ALARM, alarmsExit = 0 } = answers;
  const command = join(folder, 'rabbitmq-diagnostics');
  writeFileSync(
    command,
    `#!/bin/sh
case "$2" in
  check_port_listener) [ "$3" = ${port} ] ;;
  alarms) echo '${alarms}'; exit ${alarmsExit} ;;
  *) exit 64 ;;
esac
`,
  );
  chmodSync(command, 0o755);
  const [program, ...args] = server.readinessProbe.exec.command;
  const env = { PATH: [folder, process.env.PATH].join(delimiter), RABBITMQ_NODENAME: NODE };
  return spawnSync(program, args, { env }).status === 0;
}

const clustered = brokerOf({ replicas: 3 });

test('a node is ready when it serves and has no alarm', () => {
  expect(ready()).toBe(true);
  expect(ready(clustered)).toBe(true);
});

test('a node is not ready before its port is open', () => {
  expect(ready(brokerOf(), { port: '1' })).toBe(false);
});

test('the probe of a node that serves only TLS checks the TLS port', () => {
  const tls = brokerOf({ tls: Tls.certManager({ name: 'ca' }) });
  expect(ready(tls, { port: '5671' })).toBe(true);
  expect(ready(tls, { port: '5672' })).toBe(false);
});

test.each(['Memory', 'Free disk space', 'File descriptor limit'])('a node with an alarm is not ready: %s', (what) => {
  expect(ready(clustered, { alarms: `${what} alarm on node ${NODE}` })).toBe(false);
});

test('a node is ready while another one has an alarm', () => {
  expect(ready(clustered, { alarms: 'Memory alarm on node rabbit@rabbitmq-0.nodes' })).toBe(true);
});

test('a node is not ready if it is one of several with an alarm', () => {
  const alarms = `Memory alarm on node rabbit@rabbitmq-0.nodes\nMemory alarm on node ${NODE}`;
  expect(ready(clustered, { alarms })).toBe(false);
});

test('a node that cannot report its alarms is not ready', () => {
  expect(ready(clustered, { alarms: '', alarmsExit: 69 })).toBe(false);
});

test('the probe allows for commands that take half a second of processor time each', () => {
  const { timeoutSeconds, periodSeconds } = brokerOf().server.readinessProbe;
  expect(timeoutSeconds).toBeGreaterThanOrEqual(10);
  expect(periodSeconds).toBeGreaterThan(timeoutSeconds);
});
