/**
 * Rows of `tributary.spans` with nothing in them but what this stage found out; the store joins them with the others. A
 * span may have been deleted since it was read: what is then written of it would be a span that nobody sent, and is
 * taken back.
 */

import { groupBy } from '../canonical/group-by.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { Micros } from '../canonical/time.ts';
import { inHoursOf } from '../store/schema/schema.ts';
import type { StoreWriter } from '../store/store.ts';
import { IS_LEFT_OVER } from './stored-span.ts';

/** Where a span stands, with one of its own starts: the columns of a new row must not make it begin in 1970. */
export interface SpanKey {
  readonly traceId: string;
  readonly dialect: string;
  readonly spanId: string;
  readonly start: Micros;
}

export type Finding = 'counted' | 'repeats' | 'price';

const KEY_COLUMNS = ['project_id', 'trace_id', 'dialect', 'span_id', 'start_time'];
const SPANS_PER_STATEMENT = 2_000;

/** Resolves when all is written. Each row is (span, the value of the column). */
export async function writeFindings(
  store: StoreWriter,
  project: ProjectId,
  finding: Finding,
  rows: readonly (readonly [span: SpanKey, value: readonly unknown[]])[],
): Promise<void> {
  if (rows.length === 0) return;
  const lines = rows.map(([{ traceId, dialect, spanId, start }, value]) =>
    JSON.stringify([project, traceId, dialect, spanId, start, value]),
  );
  await store.insert('tributary.spans', [...KEY_COLUMNS, finding], Buffer.from(`${lines.join('\n')}\n`));
  for (const [dialect, spans] of groupBy(
    rows.map(([span]) => span),
    (span) => span.dialect,
  )) {
    for (let i = 0; i < spans.length; i += SPANS_PER_STATEMENT)
      await takeBack(store, project, dialect, spans.slice(i, i + SPANS_PER_STATEMENT));
  }
}

const ROWS = `project_id = {project:UUID} AND ${inHoursOf('{ids:Array(String)}')} AND trace_id IN {ids:Array(String)} AND dialect = {dialect:String}
  AND span_id IN {spanIds:Array(String)}`;

async function takeBack(
  store: StoreWriter,
  project: ProjectId,
  dialect: string,
  spans: readonly SpanKey[],
): Promise<void> {
  const left = await store.select<{ traceId: string; spanId: string }>(
    `SELECT trace_id AS traceId, span_id AS spanId FROM tributary.spans AS spans WHERE ${ROWS}
     GROUP BY traceId, spanId HAVING ${IS_LEFT_OVER}`,
    { project, dialect, ...idsOf(spans) },
  );
  if (left.length === 0) return;
  await store.command(`DELETE FROM tributary.spans WHERE ${ROWS} AND ${IS_FINDING}`, {
    project,
    dialect,
    ...idsOf(left),
  });
}

function idsOf(spans: readonly Pick<SpanKey, 'traceId' | 'spanId'>[]): { ids: string[]; spanIds: string[] } {
  return {
    ids: [...new Set(spans.map((span) => span.traceId))],
    spanIds: [...new Set(spans.map((span) => span.spanId))],
  };
}

/** A row of this stage that no merge has joined with another. What was sent after the deletion stays. */
const IS_FINDING = `tupleElement(kind, 1) = 0 AND tupleElement(model, 1) = 0 AND tupleElement(tokens, 1) = 0
  AND tupleElement(status, 1) = 0 AND tupleElement(parent_span_id, 1) = 0 AND tupleElement(name, 1) = 0
  AND empty(tags) AND empty(metadata) AND empty(feedback) AND empty(steps)
  AND (tupleElement(counted, 1) > 0 OR tupleElement(repeats, 1) > 0 OR tupleElement(price, 3) > 0)`;
