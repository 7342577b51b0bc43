/**
 * Tokens and cost of a few traces, added up here in the program: for a page of traces, planning the statement that adds
 * them up takes longer than reading them (`GET /traces` of three traces: 0.2 s, measured). Lists that count everything add
 * up in SQL (cost-sql.ts); test/costs.test.ts and test/queries.test.ts hold the two against each other.
 */

import { totalTokens, USAGE_FIELDS } from '../canonical/usage.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { USAGE_SOURCES } from './cost-sql.ts';
import { type CostRegisters, deriveCost } from './derive-cost.ts';

export interface TraceSums {
  /** As `usageBody` takes them. */
  readonly counts: readonly number[];
  /** Null when nothing has a price. */
  readonly picoUsd: bigint | null;
}

export const NO_SUMS: TraceSums = { counts: [...USAGE_FIELDS.map(() => -1), 0], picoUsd: null };

interface Row extends CostRegisters {
  readonly trace_key: string;
}

const REGISTERS = `SELECT transform(concat(dialect, '|', trace_id), {members:Array(String)}, {roots:Array(String)}, '') AS trace_key, span_id,
    tupleElement(max(spans.tokens), 3) AS counts, max(spans.counted) AS counted,
    tupleElement(max(spans.price), 4) AS priceId, tupleElement(max(spans.price), 5) AS amounts
  FROM tributary.spans AS spans
  WHERE project_id = {project:UUID} AND trace_id IN {ids:Array(String)} AND concat(dialect, '|', trace_id) IN {members:Array(String)}
  GROUP BY trace_key, dialect, span_id
  HAVING (notEmpty(counts) OR counted != (0, 0, 0, 0)) AND tupleElement(max(spans.repeats), 2) = 0 AND (max(spans.hidden) = 0 OR {showsHidden:UInt8})`;

/** By the key of the trace; absent for traces that used nothing that is known. `params`: members, roots, ids, project. */
export async function traceSums(
  store: StoreReader,
  params: QueryParams,
  showsHidden: boolean,
): Promise<ReadonlyMap<string, TraceSums>> {
  const rows = await store.select<Row>(REGISTERS, { ...params, showsHidden: Number(showsHidden) });
  const sums = new Map<string, TraceSums>();
  for (const row of rows) sums.set(row.trace_key, added(sums.get(row.trace_key) ?? NO_SUMS, row));
  return sums;
}

function added(sums: TraceSums, registers: CostRegisters): TraceSums {
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
