import { join } from 'node:path';
import { run, which } from '../../../cli/system/processes';

const POM = join(__dirname, '..', 'pom.xml');
const DOWNLOAD_SECONDS = 600;

/** Puts Apache Qpid Broker-J, and what it needs, into a folder. Maven keeps what it has downloaded for the next time. */
export async function copyBrokerJ(folder: string): Promise<void> {
  const missing = ['java', 'mvn'].filter((program) => which(program) === undefined);
  if (missing.length > 0) {
    throw new Error(
      `The interop tests run Apache Qpid Broker-J; ${missing.join(' and ')} not found on PATH. ` +
        'Install Java 17 or later and Maven (Debian, Ubuntu: apt-get install default-jre-headless maven)',
    );
  }
  const { status, output } = await run(
    'mvn',
    [
      ...['--batch-mode', '--quiet', '--file', POM],
      ...['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
    ],
    DOWNLOAD_SECONDS,
  );
  if (status !== 0) throw new Error(`Maven could not get Apache Qpid Broker-J:\n${output.trimEnd()}`);
}
