/** `GET /models`: calls of each model, last seen first. A call is a span that names its model. */

import { createRoute, z } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { priceIdsPerModelMax } from '../limits.ts';
import type { StoreReader } from '../store/store.ts';
import { joinedSpans } from './joined.ts';
import { page, refusals } from './schemas.ts';
import type { Vanishing } from './status-sql.ts';
import { ask, Figures, type FiguresRow, figures, SPAN_FIGURES, TallyFilters, type TallyPage, tally } from './tally.ts';

export const ModelFilters = z.strictObject(TallyFilters);
export type ModelFilters = z.infer<typeof ModelFilters>;

export const ModelBody = z
  .object({
    model: z.string(),
    provider: z.string().nullable(),
    callCount: z.number(),
    ...Figures,
    priceIds: z.array(z.string()).openapi({
      description: `The prices that its calls were given, ${priceIdsPerModelMax} at most; none: no price is known`,
    }),
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

interface Row extends FiguresRow {
  readonly model_name: string;
  readonly provider_name: string;
  readonly price_ids: string[];
}

/** `undefined` when the cursor is not one of ours. */
export async function listModels(
  store: StoreReader,
  project: ProjectId,
  filters: ModelFilters,
  vanishing?: Vanishing,
): Promise<TallyPage<ModelBody> | undefined> {
  const { scope, within, params } = await ask(store, project, filters, vanishing);
  // The length keeps two pairs apart whose texts run together.
  const statement = `SELECT model AS model_name, provider AS provider_name, concat(toString(length(model)), ':', model, provider) AS key,
    arraySlice(arraySort(groupUniqArrayIf(price_id, price_id != '')), 1, ${priceIdsPerModelMax}) AS price_ids, ${SPAN_FIGURES}
    FROM (${joinedSpans(scope, ['model', 'provider', 'status'])}) WHERE model != '' AND ${within('first')} GROUP BY model, provider`;
  return tally<Row, ModelBody>(store, statement, params, filters, (row) => ({
    model: row.model_name,
    provider: row.provider_name === '' ? null : row.provider_name,
    callCount: row.things,
    ...figures(row),
    priceIds: row.price_ids,
  }));
}
