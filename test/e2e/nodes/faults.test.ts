import { Campaign } from '../../faults/campaign';
import { CAN_MAKE_FAULTS, WITHOUT_FAULTS } from '../support/faults';

const [FAULTS, SEED] = [50, 1];
const MINUTES = 20;

/** The short form of `npm run test:faults`, see docs/faults.md. */
describe('Jobs on a cluster that breaks', () => {
  const sentence = `lose nothing and do not hang: ${FAULTS} faults`;
  if (!CAN_MAKE_FAULTS) return test.skip(`${sentence} (${WITHOUT_FAULTS})`, () => {});

  test(
    sentence,
    async () => {
      const lines: string[] = [];
      const leave = AbortSignal.timeout((MINUTES - 1) * 60_000);
      try {
        const say = (line: string) => lines.push(line);
        const tally = await new Campaign({ faults: FAULTS, seed: SEED, say, enough: leave, leave }).run();
        expect(tally.breaches).toEqual([]);
        expect(tally.faults).toBeGreaterThanOrEqual(FAULTS);
      } catch (error) {
        console.error(lines.join('\n'));
        throw error;
      }
    },
    MINUTES * 60_000,
  );
});
