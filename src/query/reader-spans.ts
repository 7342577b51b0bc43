/** The spans of one project and one dialect, as a vendor's read routes ask for them. */

import { storableText } from '../canonical/json.ts';
import type { Condition, ReadSpan, SpanQuestion } from '../dialects/reader.ts';
import { pageRowsMax } from '../limits.ts';
import { idOf, TraceAliases } from './aliases.ts';
import { joinedSpans } from './joined.ts';
import { type FoundSpan, readSpans as readFoundSpans } from './read-spans.ts';
import { isSummed, numberExpression } from './reader-conditions.ts';
import { type Asker, prepared } from './reader-rows.ts';

interface Key {
  readonly trace_key: string;
  readonly span_id: string;
}

/** First which spans, from narrow columns; then the wide columns of the page alone. */
export async function readSpans(asker: Asker, question: SpanQuestion): Promise<readonly ReadSpan[]> {
  const { where, scope, registers, hasSums, params } = await prepared(asker, question.where);
  const { field, direction } = question.orderBy ?? { field: 'start', direction: 'desc' };
  const order = `${numberExpression(field)} ${direction === 'asc' ? 'ASC' : 'DESC'} NULLS LAST`;
  const keys = await asker.parts.store.select<Key>(
    `SELECT trace_key, span_id FROM (${joinedSpans(scope, registers, [], hasSums || isSummed(field))}) WHERE ${where}
     ORDER BY ${order}, span_id, trace_key LIMIT {limit:UInt64} OFFSET {offset:UInt64}`,
    { ...params, limit: Math.min(question.limit, pageRowsMax), offset: question.offset },
  );
  const found = await readKeys(asker, keys);
  const spans = new Map(found.map((one) => [JSON.stringify([one.traceKey, one.span.spanId]), toReadSpan(one)]));
  return keys.flatMap(({ trace_key, span_id }) => spans.get(JSON.stringify([trace_key, span_id])) ?? []);
}

export async function countSpans(asker: Asker, condition: Condition): Promise<number> {
  const { where, scope, registers, hasSums, params } = await prepared(asker, condition);
  const [row] = await asker.parts.store.select<{ total: number }>(
    `SELECT count() AS total FROM (${joinedSpans(scope, registers, [], hasSums)}) WHERE ${where}`,
    params,
  );
  return row?.total ?? 0;
}

export async function readTrace(asker: Asker, traceId: string): Promise<readonly ReadSpan[] | undefined> {
  const aliases = new TraceAliases(asker.parts.store, asker.project);
  const key = `${asker.dialect}|${storableText(traceId)}`;
  const root = (await aliases.roots([key])).get(key) ?? key;
  const found = await readStored(asker, await aliases.members([root]), { showsHidden: false });
  return found.length === 0 ? undefined : found.map(toReadSpan);
}

/** Hidden ones too: who knows their ids asks for them. */
export async function readSpansById(asker: Asker, spanIds: readonly string[]): Promise<readonly ReadSpan[]> {
  if (spanIds.length === 0) return [];
  const { project, dialect, parts } = asker;
  const ids = [...new Set(spanIds.map(storableText))];
  const stored = await parts.store.select<{ trace_id: string }>(
    `SELECT DISTINCT trace_id FROM tributary.spans
     WHERE project_id = {project:UUID} AND dialect = {dialect:String} AND span_id IN {ids:Array(String)}`,
    { project, dialect, ids },
  );
  const aliases = new TraceAliases(parts.store, project);
  const roots = await aliases.roots(stored.map(({ trace_id }) => `${dialect}|${trace_id}`));
  const rootOf = await aliases.members([...new Set(roots.values())]);
  return (await readStored(asker, rootOf, { spanIds: ids, showsHidden: true })).map(toReadSpan);
}

async function readKeys(asker: Asker, keys: readonly Key[]): Promise<FoundSpan[]> {
  const aliases = new TraceAliases(asker.parts.store, asker.project);
  const rootOf = await aliases.members([...new Set(keys.map(({ trace_key }) => trace_key))]);
  return readStored(asker, rootOf, { spanIds: [...new Set(keys.map(({ span_id }) => span_id))], showsHidden: false });
}

/** The members of a root are of its dialect, so nothing here can be another vendor's. */
function readStored(
  { parts, project }: Asker,
  rootOf: ReadonlyMap<string, string>,
  query: { readonly spanIds?: readonly string[]; readonly showsHidden: boolean },
): Promise<FoundSpan[]> {
  return readFoundSpans(parts.store, project, { ...query, rootOf, vanishing: parts.vanishing });
}

function toReadSpan({ traceKey, span }: FoundSpan): ReadSpan {
  // What the API's schema calls unknown has been read from JSON text.
  return { traceId: idOf(traceKey), ...span } as ReadSpan;
}
