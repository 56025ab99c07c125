import { CommandError } from '../system/command-error';
import { run } from '../system/processes';

/**
 * The package would start a service on port 5672 and at every boot; a `policy-rc.d` that forbids it is the way Debian
 * has for that. The lock is for several processes that install at once, as test runners do.
 */
const INSTALL = `
flock --timeout 900 9 || exit 1
command -v rabbitmq-server >/dev/null && exit 0
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' INT TERM HUP
  printf '#!/bin/sh\\nexit 101\\n' >"$policy"
  chmod 755 "$policy"
fi
apt-get update &&
  apt-get --option DPkg::Lock::Timeout=300 install --yes --no-install-recommends rabbitmq-server || exit 1
update-rc.d rabbitmq-server disable
if [ -d /run/systemd/system ]; then systemctl stop rabbitmq-server; fi
exit 0
`;

/** Installs Debian's package. */
export async function installRabbitMQ(log: (line: string) => void): Promise<void> {
  log('RabbitMQ and Docker are missing: installing the package rabbitmq-server (its service stays off)');
  const { status, output } = await run('/bin/sh', ['-c', `{ ${INSTALL} } 9</var/lib/apt`], 1200, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) {
    const end = output.trimEnd().split('\n').slice(-15).join('\n');
    throw new CommandError(`apt-get could not install rabbitmq-server:\n${end}`);
  }
}
