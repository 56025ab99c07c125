/** The synth of main.ts against that of an empty chart: npm run bench:synth */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Contestant, sideBySide } from './side-by-side';

const ROOT = join(__dirname, '..');
const ROUNDS = 9;

/** As `cdk8s synth` runs the app of cdk8s.yaml, without the CLI's own start, which is the same for both. */
function synth(name: string, file: string): Contestant {
  return {
    name,
    async measure() {
      const folder = mkdtempSync(join(tmpdir(), 'bench-synth-'));
      const began = performance.now();
      const { status } = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsx'), [join(ROOT, file)], {
        cwd: ROOT,
        env: { ...process.env, CDK8S_OUTDIR: folder },
        stdio: 'inherit',
      });
      const milliseconds = performance.now() - began;
      rmSync(folder, { recursive: true });
      if (status !== 0) throw new Error(`${file} ended with ${status}`);
      return milliseconds;
    },
  };
}

sideBySide(ROUNDS, synth('main.ts', 'main.ts'), synth('an empty chart', 'bench/empty-chart.ts')).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
