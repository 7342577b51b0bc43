/** `npm run test:crash -- --cycles 200 --seed 7`: many crash cycles; ends with 1 when anything is missing or doubled. */

import { parseArgs } from 'node:util';
import { crash } from './support/crash-harness.ts';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
console.log(`seed ${values.seed}`);
const startedAt = performance.now();
const report = await crash(Number(values.cycles), Number(values.seed), (line) => console.log(line));
const { missing, doubled, repeatedSteps, missingSpans, ...counts } = report;
console.log({
  ...counts,
  missing: missing.length,
  doubled: doubled.length,
  repeatedSteps: repeatedSteps.length,
  missingSpans: missingSpans.length,
  seconds: Math.round((performance.now() - startedAt) / 1000),
});
if (missing.length + doubled.length + repeatedSteps.length + missingSpans.length > 0) {
  console.error({
    missing: missing.slice(0, 20),
    doubled: doubled.slice(0, 20),
    repeatedSteps: repeatedSteps.slice(0, 20),
    missingSpans: missingSpans.slice(0, 20),
  });
  process.exitCode = 1;
}
