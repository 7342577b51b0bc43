/** `GET /models`: calls of each model, last seen first. A call is a span that names its model. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros } from '../canonical/time.ts';
import type { StoreReader } from '../store/store.ts';
import { joinedSpans, USAGE_SUMS } from './joined.ts';
import { page, refusals, UsageBody } from './schemas.ts';
import {
  ask,
  CostUsd,
  MEASURED,
  type MeasuredRow,
  Percentiles99,
  percentiles99,
  Seen,
  TallyFilters,
  type TallyPage,
  type TallyRow,
  tally,
} from './tally.ts';
import { usageBody } from './trace-summary.ts';

export const ModelFilters = z.object(TallyFilters);
export type ModelFilters = z.infer<typeof ModelFilters>;

export const ModelBody = z
  .object({
    model: z.string(),
    provider: z.string().nullable(),
    callCount: z.number(),
    errorCount: z.number().openapi({ description: 'Calls that failed' }),
    usage: UsageBody,
    costUsd: CostUsd,
    ...Percentiles99,
    ...Seen,
  })
  .openapi('Model');
export type ModelBody = z.infer<typeof ModelBody>;

export const listModelsRoute = createRoute({
  method: 'get',
  path: '/models',
  summary: 'Models, last seen first',
  description:
    'Each pair of model and provider, as the clients name them. A call is a span that names its model; `from` and `to` choose calls by their start.',
  request: { query: ModelFilters },
  responses: {
    200: { description: 'A page of models', content: { 'application/json': { schema: page(ModelBody) } } },
    ...refusals,
  },
});

interface Row extends TallyRow, MeasuredRow {
  readonly model_name: string;
  readonly provider_name: string;
  readonly call_count: number;
  readonly errors: number;
  readonly counts: readonly number[];
  readonly first_seen: number;
}

/** `undefined` when the cursor is not one of ours. */
export async function listModels(
  store: StoreReader,
  project: ProjectId,
  filters: ModelFilters,
): Promise<TallyPage<ModelBody> | undefined> {
  const { scope, within, params } = await ask(store, project, filters);
  // The length keeps two pairs apart whose texts run together.
  const statement = `SELECT model AS model_name, provider AS provider_name, concat(toString(length(model)), ':', model, provider) AS key,
    count() AS call_count, countIf(status = 'error') AS errors, ${USAGE_SUMS} AS counts, ${MEASURED},
    min(first) AS first_seen, max(seen) AS last_seen
    FROM (${joinedSpans(scope, ['model', 'provider', 'status'])}) WHERE model != '' AND ${within('first')} GROUP BY model, provider`;
  return tally<Row, ModelBody>(store, statement, params, filters, (row) => ({
    model: row.model_name,
    provider: row.provider_name === '' ? null : row.provider_name,
    callCount: row.call_count,
    errorCount: row.errors,
    usage: usageBody(row.counts),
    costUsd: null,
    ...percentiles99(row),
    firstSeen: isoFromMicros(row.first_seen),
    lastSeen: isoFromMicros(row.last_seen),
  }));
}
