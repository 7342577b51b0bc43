/**
 * Tokens and cost of a few spans, added up here in the program. Lists that count everything add up in SQL (cost-sql.ts);
 * test/costs.test.ts and test/queries.test.ts hold the two against each other.
 */

import { totalTokens, USAGE_FIELDS } from '../canonical/usage.ts';
import { USAGE_SOURCES } from './cost-sql.ts';
import { type CostRegisters, deriveCost } from './derive-cost.ts';

export interface TraceSums {
  /** As `usageBody` takes them. */
  readonly counts: readonly number[];
  /** Null when nothing has a price. */
  readonly picoUsd: bigint | null;
}

export const NO_SUMS: TraceSums = { counts: [...USAGE_FIELDS.map(() => -1), 0], picoUsd: null };

/** Sums with one more span in them. */
export function added(sums: TraceSums, registers: CostRegisters): TraceSums {
  const { effective, cost } = deriveCost(registers);
  const { usage, source } = effective;
  const counts = USAGE_FIELDS.map((field) => (field === 'total' ? totalTokens(usage) : usage[field]));
  return {
    // The source of a sum is that of its least certain part.
    counts: [
      ...counts.map((count, i) => plus(sums.counts[i] ?? -1, count)),
      Math.max(sums.counts[USAGE_FIELDS.length] ?? 0, USAGE_SOURCES.indexOf(source)),
    ],
    picoUsd: cost === undefined ? sums.picoUsd : (sums.picoUsd ?? 0n) + cost.picoUsd,
  };
}

/** -1 is "not known". */
function plus(sum: number, count: number | undefined): number {
  return count === undefined ? sum : Math.max(sum, 0) + count;
}
