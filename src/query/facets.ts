/**
 * `GET /traces/facets`: which values the traces have that match a filter, and how many traces have each. A field's own
 * filter does not apply to its own counts: they say what else could be chosen.
 */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { facetValuesDefault, facetValuesMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import { narrow } from './narrow.ts';
import { refusals } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import { ask } from './tally.ts';
import { facetTable, matches, valuesOf } from './trace-facets.ts';
import { listed, rowConditions, TraceConditions, VALUE_FIELDS, type ValueField } from './trace-filters.ts';
import { newestRows, type WindowBounds } from './trace-window.ts';

export const FacetQuery = z.strictObject({
  ...TraceConditions,
  field: z
    .preprocess(listed, z.array(z.enum(VALUE_FIELDS)).max(VALUE_FIELDS.length).optional())
    .openapi({ description: 'All of them if absent' }),
  prefix: z.string().max(1024).optional().openapi({
    description: 'Only values that have this text in them, whatever its case; those that begin with it come first',
  }),
  values: z.coerce
    .number()
    .int()
    .min(1)
    .max(facetValuesMax)
    .default(facetValuesDefault)
    .openapi({ description: 'Of each field, those of the most traces' }),
});
export type FacetQuery = z.infer<typeof FacetQuery>;

export const FacetBody = z.object({
  data: z.array(
    z.object({
      field: z.enum(VALUE_FIELDS),
      values: z.array(z.object({ value: z.string(), count: z.number().openapi({ description: 'Of traces' }) })),
    }),
  ),
  traceCount: z.number().openapi({ description: 'Traces that match all filters' }),
  isComplete: z.boolean().openapi({ description: 'False: only the newest were counted, there may be more' }),
});
export type FacetBody = z.infer<typeof FacetBody>;

export const facetsRoute = createRoute({
  method: 'get',
  path: '/traces/facets',
  summary: 'The values that traces can be filtered by, with counts',
  request: { query: FacetQuery },
  responses: {
    200: { description: 'Values of each field', content: { 'application/json': { schema: FacetBody } } },
    ...refusals,
  },
});

interface Counted {
  /** A place in `VALUE_FIELDS`, from 1; 0 counts the traces themselves. */
  readonly field: number;
  readonly value: string;
  readonly count: number;
}

export interface FacetOptions {
  readonly vanishing?: Vanishing | undefined;
  readonly bounds?: WindowBounds | undefined;
}

export async function facets(
  store: StoreReader,
  project: ProjectId,
  query: FacetQuery,
  { vanishing, bounds }: FacetOptions = {},
): Promise<FacetBody> {
  const asked = query.field ?? VALUE_FIELDS;
  const own = asked.filter((field) => query[field] !== undefined);
  const part = (fields: readonly ValueField[], countsAll: boolean) =>
    countValues(store, project, query, { fields, countsAll, vanishing, bounds });
  // What all filters apply to is narrowed by all of them; a field with a filter of its own is counted over more.
  const parts = await Promise.all([
    part(
      asked.filter((field) => !own.includes(field)),
      true,
    ),
    ...(own.length === 0 ? [] : [part(own, false)]),
  ]);
  const rows = parts.flatMap((one) => one.rows);
  return {
    data: [...new Set(asked)].map((field) => ({
      field,
      values: rows
        .filter((row) => row.field === VALUE_FIELDS.indexOf(field) + 1)
        .map(({ value, count }) => ({ value, count })),
    })),
    traceCount: rows.find((row) => row.field === 0)?.count ?? 0,
    isComplete: parts.every((one) => one.isComplete),
  };
}

interface Part extends FacetOptions {
  readonly fields: readonly ValueField[];
  /** Also how many traces match all filters. */
  readonly countsAll: boolean;
}

async function countValues(
  store: StoreReader,
  project: ProjectId,
  query: FacetQuery,
  { fields, countsAll, vanishing, bounds }: Part,
): Promise<{ readonly rows: readonly Counted[]; readonly isComplete: boolean }> {
  const narrowing = rowConditions(query);
  const tracesWith = narrowing.conditions
    // What a field's own filter leaves out is what its counts are about, unless it is the only such field.
    .filter(({ of }) => fields.every((field) => field !== of))
    .map(({ sql }) => sql);
  const window = await newestRows(store, project, query, { tracesWith, params: narrowing.params }, bounds);
  const asked = await ask(store, project, { from: window.from, to: query.to }, vanishing);
  // Its values after those of `ask`, which has a parameter of one dialect.
  const { scope, within, params } = await narrow(store, project, asked, [...tracesWith, ...window.tracesWith], {
    ...narrowing.params,
    ...window.params,
  });
  const table = facetTable(scope, query, within('started'));
  const filtered = VALUE_FIELDS.filter((field) => query[field] !== undefined);
  const passes = (but?: ValueField) =>
    filtered
      .filter((field) => field !== but)
      .map((field) => ` AND matches_${field}`)
      .join('');
  const pairs = fields.map(
    (field) =>
      `if(1${passes(field)}, arrayMap(value -> (${VALUE_FIELDS.indexOf(field) + 1}, value), ${valuesOf(field)}), [])`,
  );
  if (countsAll) pairs.push(`if(1${passes()}, [(0, '')], [])`);
  const isAsked =
    query.prefix === undefined ? '1' : `(field = 0 OR positionCaseInsensitiveUTF8(value, {prefix:String}) > 0)`;
  const rows = await store.select<Counted>(
    `SELECT pair.1 AS field, pair.2 AS value, count() AS count FROM (
       SELECT arrayJoin(arrayConcat(${pairs.join(', ')})) AS pair
       FROM (SELECT *${filtered.map((field) => `, ${matches(field)} AS matches_${field}`).join('')} FROM (${table.sql}))
     ) GROUP BY field, value HAVING ${isAsked}
     ORDER BY field, ${query.prefix === undefined ? '' : 'positionCaseInsensitiveUTF8(value, {prefix:String}) != 1, '}count DESC, value
     LIMIT {values:UInt64} BY field`,
    {
      ...params,
      ...table.params,
      prefix: query.prefix ?? '',
      values: query.values,
    },
  );
  return { rows, isComplete: window.isComplete };
}
