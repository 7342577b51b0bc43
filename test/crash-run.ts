/**
 * `npm run test:crash -- --cycles 200 --seed 7 --write`: many crash cycles. Ends with 1 when anything is missing, doubled
 * or different; `--write` puts the result into docs/reliability.md, `--only merge` takes plans whose names begin so.
 */

import { parseArgs } from 'node:util';
import { type CrashOptions, crash } from './support/crash-harness.ts';
import { crashTable, failuresOf, writeResult } from './support/crash-report.ts';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});
console.log(`seed ${values.seed}`);
const startedAt = performance.now();
const options: CrashOptions = {
  cycles: Number(values.cycles),
  seed: Number(values.seed),
  only: values.only,
  progress: (line) => console.log(line),
};
const report = await crash(options);
const seconds = Math.round((performance.now() - startedAt) / 1000);
const table = crashTable(report, seconds);
console.log(`\n${table}`);
const failures = failuresOf(report);
if (failures.length > 0) {
  console.error(failures.slice(0, 50).join('\n'));
  process.exitCode = 1;
}
if (values.write) await writeResult(table);
