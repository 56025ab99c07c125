// What the runs of jest came to, from the JSON files that they wrote: node scripts/test-results.mjs FOLDER ALSO_FAILED
// It repeats each failure in a few lines, because the log of a run is long and may be cut, and ends with the counts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const MAX_LINES = 25;
const [folder, alsoFailed] = process.argv.slice(2);
let passed = 0;
let failed = Number(alsoFailed);

for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const run = parsed(readFileSync(join(folder, name), 'utf8'));
  if (!run) {
    failed++; // it was killed while it wrote
    continue;
  }
  passed += run.numPassedTests;
  failed += run.numFailedTests + run.numRuntimeErrorTestSuites;
  for (const suite of run.testResults) {
    const failures = suite.assertionResults.filter(({ status }) => status === 'failed');
    for (const { fullName, failureMessages } of failures) tell(name, fullName, failureMessages.join('\n'));
    if (suite.status === 'failed' && failures.length === 0) tell(name, suite.name, suite.message);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function tell(file, test, message) {
  const lines = stripVTControlCharacters(message).split('\n').slice(0, MAX_LINES);
  console.log(`--- failed in ${file.replace(/\.json$/, '')}: ${test}\n${lines.join('\n')}`);
}
