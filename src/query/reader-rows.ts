/**
 * What a reader of one project and one dialect reads: rows of spans and events with the key of the trace that they belong
 * to (`dialect|traceId`), which for late parents is not the one that they are stored under (docs/decisions/0003).
 */

import type { DialectName } from '../canonical/event.ts';
import type { ProjectId } from '../canonical/ids.ts';
import type { Condition } from '../dialects/reader.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf, TraceAliases } from './aliases.ts';
import { openScope, type Scope } from './joined.ts';
import { narrow } from './narrow.ts';
import { type Compiled, compile, namedTraces, type StoredTraces } from './reader-conditions.ts';
import type { Vanishing } from './status-sql.ts';

export interface ReaderParts {
  readonly store: StoreReader;
  readonly vanishing?: Vanishing;
}

/** Who reads: nothing of another project or another vendor can be asked through it. */
export interface Asker {
  readonly parts: ReaderParts;
  readonly project: ProjectId;
  readonly dialect: DialectName;
}

const OWN = 'project_id = {project:UUID} AND dialect = {dialect:String}';

/** Rows of `tributary.events`, `columns` of them, with their `trace_key`. */
export function eventRows(scope: Scope, columns: readonly string[], condition: string): string {
  const stored = `SELECT concat(dialect, '|', trace_id) AS stored_key, ${columns.join(', ')} FROM tributary.events WHERE ${OWN} AND (${condition})`;
  return scope.roots === undefined
    ? `SELECT stored_key AS trace_key, ${columns.join(', ')} FROM (${stored})`
    : `SELECT if(root = '', stored_key, root) AS trace_key, ${columns.join(', ')}
       FROM (${stored}) AS stored LEFT JOIN (${scope.roots}) AS roots ON roots.child = stored.stored_key`;
}

/** The condition, ready to be asked. `shows`: hidden spans are spans like all others. */
export async function prepared(
  asker: Asker,
  condition: Condition,
  shows: 'hidden' | 'visible' = 'visible',
): Promise<Compiled> {
  const { project, dialect, parts } = asker;
  const [open, traces] = await Promise.all([
    openScope(parts.store, project, parts.vanishing),
    storedTraces(asker, namedTraces(condition)),
  ]);
  const hidden = shows === 'hidden' ? 'shown' : open.scope.hidden;
  const all = { scope: { ...open.scope, hidden, hasDialect: true }, params: { ...open.params, dialect } };
  return compile(condition, {
    traces,
    narrowed: (rows, values) => narrow(parts.store, project, all, rows, values),
  });
}

/** For each trace id, guessed or real: the trace's root key, and every id that its rows are stored under. */
export async function storedTraces(
  { parts, project, dialect }: Asker,
  traceIds: readonly string[],
): Promise<ReadonlyMap<string, StoredTraces>> {
  if (traceIds.length === 0) return new Map();
  const { rootOf, idsOf } = await storedIdsOf(
    parts.store,
    project,
    traceIds.map((id) => `${dialect}|${id}`),
  );
  return new Map(
    traceIds.map((id) => {
      const root = rootOf.get(`${dialect}|${id}`) ?? `${dialect}|${id}`;
      return [id, { roots: [root], storedIds: idsOf.get(root) ?? [id] }];
    }),
  );
}

async function storedIdsOf(store: StoreReader, project: ProjectId, keys: readonly string[]) {
  const aliases = new TraceAliases(store, project);
  const rootOf = await aliases.roots(keys);
  const idsOf = new Map<string, string[]>();
  for (const [key, root] of await aliases.members([...new Set(rootOf.values())]))
    idsOf.set(root, [...(idsOf.get(root) ?? []), idOf(key)]);
  return { rootOf, idsOf };
}
