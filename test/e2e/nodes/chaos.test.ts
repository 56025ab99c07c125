import { Duration } from 'cdk8s';
import { CAN_MAKE_FAULTS, WITHOUT_FAULTS } from '../../../tools/cluster/control';
import { ChaosRun } from '../../chaos/chaos-run';

const [FAULTS, SEED] = [30, 1];
/**
 * So that a Job that hangs is told of before the test is cut off. Without its seeded mark a pod gives up after ten minutes, and the
 * Job ends after that.
 */
const [FAULT_MINUTES, JOB_MINUTES, MINUTES] = [10, 25, 40];

/** The short form of `npm run test:faults`, see docs/faults.md. */
describe('Jobs on a cluster that breaks', () => {
  const sentence = `lose nothing and do not hang: ${FAULTS} faults`;
  if (!CAN_MAKE_FAULTS) return test.skip(`${sentence} (${WITHOUT_FAULTS})`, () => {});

  test(
    sentence,
    async () => {
      const lines: string[] = [];
      const enough = AbortSignal.timeout(FAULT_MINUTES * 60_000);
      const leave = AbortSignal.timeout((MINUTES - 1) * 60_000);
      const bound = Duration.minutes(JOB_MINUTES);
      try {
        const say = (line: string) => lines.push(line);
        const summary = await new ChaosRun({ faults: FAULTS, seed: SEED, say, enough, leave, bound }).run();
        expect(summary.breaches).toEqual([]);
        expect(summary.faults).toBeGreaterThanOrEqual(FAULTS);
      } catch (error) {
        console.error(lines.join('\n'));
        throw error;
      }
    },
    MINUTES * 60_000,
  );
});
