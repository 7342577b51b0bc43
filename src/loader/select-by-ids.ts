/** Questions about the ids of a batch, in statements that the store takes whatever the ids are. */

import { statementBytesMax } from '../limits.ts';
import type { QueryParams, StoreReader } from '../store/store.ts';

/** A UTF-16 unit is at most three bytes, each written with four characters, and a statement may name the list twice. */
const UNITS_MAX = statementBytesMax / (3 * 4 * 2 * 2);

/**
 * Rows of `sql` for all `ids`, each asked for once; `{ids:Array(String)}` is the list. The rows of one id must not depend
 * on what other ids are asked about.
 */
export async function selectByIds<Row>(
  store: StoreReader,
  sql: string,
  params: QueryParams,
  ids: Iterable<string>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const some of lists(new Set(ids)))
    for (const row of await store.select<Row>(sql, { ...params, ids: some })) rows.push(row);
  return rows;
}

function* lists(ids: Iterable<string>): Generator<string[]> {
  let list: string[] = [];
  let units = 0;
  for (const id of ids) {
    if (list.length > 0 && units + id.length > UNITS_MAX) {
      yield list;
      list = [];
      units = 0;
    }
    list.push(id);
    units += id.length;
  }
  if (list.length > 0) yield list;
}
