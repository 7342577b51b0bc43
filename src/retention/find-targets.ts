/**
 * What a deletion on request takes: of a user or a session, the traces that belong to it (as lists and details show them:
 * what the root names, else the earliest span), and the single spans of other traces that name it. Of a trace, all of it,
 * under every id that it is stored under.
 */

import type { ProjectId } from '../canonical/ids.ts';
import { foundTracesMax } from '../limits.ts';
import { summarise } from '../query/trace-summary.ts';
import type { Deletion, Target } from '../registry/deletions.ts';
import type { StoreReader } from '../store/store.ts';
import { idOf, TraceAliases } from '../store/trace-aliases.ts';

type Sought = Pick<Deletion, 'projectId' | 'kind' | 'subject'>;

export async function* findTargets(store: StoreReader, sought: Sought): AsyncGenerator<readonly Target[]> {
  if (sought.kind === 'trace') yield await targetsOfTrace(store, sought.projectId, sought.subject);
  else yield* targetsNaming(store, sought);
}

async function targetsOfTrace(store: StoreReader, project: ProjectId, traceId: string): Promise<readonly Target[]> {
  const rows = await store.select<{ dialect: string }>(
    `SELECT DISTINCT dialect FROM (
       SELECT dialect FROM tributary.events WHERE project_id = {project:UUID} AND trace_id = {id:String}
       UNION ALL SELECT dialect FROM tributary.spans WHERE project_id = {project:UUID} AND trace_id = {id:String}
       UNION ALL SELECT dialect FROM tributary.trace_aliases WHERE project_id = {project:UUID} AND from_id = {id:String})`,
    { project, id: traceId },
  );
  const rootOf = await storedKeys(
    store,
    project,
    rows.map(({ dialect }) => `${dialect}|${traceId}`),
  );
  return [...rootOf.keys()].map((key) => ({ key }));
}

const COLUMNS = { user: 'user_id', session: 'session_id' } as const;

async function* targetsNaming(
  store: StoreReader,
  { projectId, kind, subject }: Sought,
): AsyncGenerator<readonly Target[]> {
  const column = kind === 'session' ? COLUMNS.session : COLUMNS.user;
  const names = `project_id = {project:UUID} AND tupleElement(${column}, 3) = {subject:String}`;
  for (let after = { dialect: '', trace: '' }; ; ) {
    const params = { project: projectId, subject, ...after, limit: foundTracesMax };
    const page = await store.select<{ dialect: string; trace: string }>(
      `SELECT DISTINCT dialect, trace_id AS trace FROM tributary.spans WHERE ${names}
         AND (dialect, trace_id) > ({dialect:String}, {trace:String}) ORDER BY dialect, trace_id LIMIT {limit:UInt64}`,
      params,
    );
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
    const rootOf = await storedKeys(
      store,
      projectId,
      page.map(({ dialect, trace }) => `${dialect}|${trace}`),
    );
    const summaries = await summarise(store, projectId, rootOf, { vanishing: undefined });
    const owned = new Set(
      summaries
        .filter(({ summary }) => (kind === 'session' ? summary.sessionId : summary.userId) === subject)
        .map(({ key }) => key),
    );
    const isOwned = (key: string) => owned.has(rootOf.get(key) ?? '');
    yield [...rootOf.keys()].filter(isOwned).map((key) => ({ key }));
    const others = [...rootOf.keys()].filter((key) => !isOwned(key));
    if (others.length === 0) continue;
    const spans = await store.select<{ key: string; spanId: string }>(
      `SELECT DISTINCT concat(dialect, '|', trace_id) AS key, span_id AS spanId FROM tributary.spans
       WHERE ${names} AND trace_id IN {ids:Array(String)} AND concat(dialect, '|', trace_id) IN {keys:Array(String)}`,
      { project: projectId, subject, ids: [...new Set(others.map(idOf))], keys: others },
    );
    // A span that is stored under two ids of its trace goes from under both.
    const members = membersByRoot(rootOf);
    yield spans.flatMap(({ key, spanId }) =>
      (members.get(rootOf.get(key) ?? key) ?? [key]).map((member) => ({ key: member, spanId })),
    );
  }
}

function membersByRoot(rootOf: ReadonlyMap<string, string>): Map<string, string[]> {
  const members = new Map<string, string[]>();
  for (const [key, root] of rootOf) members.set(root, [...(members.get(root) ?? []), key]);
  return members;
}

/** Every key that belongs to the traces of these, with its root. */
async function storedKeys(
  store: StoreReader,
  project: ProjectId,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const aliases = new TraceAliases(store, project);
  const roots = await aliases.roots(keys);
  return aliases.members([...new Set(roots.values())]);
}
