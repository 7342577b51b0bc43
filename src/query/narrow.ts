/**
 * A question about a few traces of many: a session's, a user's, those that a filter names. Their keys are found first and
 * travel in the statement, so that the table's key leads to their rows: a session of ten million spans took 2.8 s while the
 * statement looked for them itself, again for each of its parts (docs/decisions/0009).
 */

import type { ProjectId } from '../canonical/ids.ts';
import { carriedKeyCharsMax, carriedKeysMax } from '../limits.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';
import { idOf, TraceAliases } from './aliases.ts';
import { type Scope, traceKeysWith } from './joined.ts';

interface Opened {
  readonly scope: Scope;
  readonly params: QueryParams;
}

/**
 * Only traces with a row like each of `conditions`, whose parameters are `values`. With more of them than can travel, the
 * statement looks for them itself.
 */
export async function narrow<Parts extends Opened>(
  store: StoreReader,
  project: ProjectId,
  opened: Parts,
  conditions: readonly string[],
  values: QueryParams,
): Promise<Parts> {
  const { scope } = opened;
  const params = { ...opened.params, ...values };
  const [first, ...others] = conditions;
  if (first === undefined) return { ...opened, params };
  const inOthers = others.map((condition) => `AND trace_key IN (${traceKeysWith(scope, condition)})`);
  const rows = await store.select<{ trace_key: string }>(
    `SELECT DISTINCT trace_key FROM (${traceKeysWith(scope, first)}) WHERE 1 ${inOthers.join(' ')} LIMIT ${carriedKeysMax + 1}`,
    params,
  );
  const roots = rows.map((row) => row.trace_key);
  const stored =
    scope.roots === undefined ? roots : [...(await new TraceAliases(store, project).members(roots)).keys()];
  const charCount = stored.reduce((sum, key) => sum + key.length, 0);
  if (stored.length > carriedKeysMax || charCount > carriedKeyCharsMax)
    return { ...opened, scope: { ...scope, tracesWith: [...(scope.tracesWith ?? []), ...conditions] }, params };
  return {
    ...opened,
    scope: { ...scope, isCarried: true },
    params: { ...params, scopeKeys: stored, scopeIds: [...new Set(stored.map(idOf))] },
  };
}
