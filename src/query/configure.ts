/** The handlers of what a project configures: prices, re-pricings, settings, sampling. Anyone may read, admins change. */

import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ProjectId } from '../canonical/ids.ts';
import { isoFromMicros, microsNow } from '../canonical/time.ts';
import { ownPricesMax, repricingsMax } from '../limits.ts';
import { loadPriceBook, type ReloadablePriceBook } from '../pricing/price-book.ts';
import type { OwnPrice } from '../registry/prices.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import {
  getPrice,
  getPriceRoute,
  listOwnPricesRoute,
  type NewOwnPrice,
  ownPriceBody,
  removeOwnPriceRoute,
  setOwnPriceRoute,
} from './prices.ts';
import { getRepricingRoute, repricingBody, startRepricingRoute } from './repricings.ts';
import { getSampling, getSamplingRoute, listSampling, listSamplingRoute, setSamplingRoute } from './sampling.ts';
import { changeSettingsRoute, getSettingsRoute } from './settings.ts';

const PATHS = [
  '/prices',
  '/prices/own',
  '/prices/own/*',
  '/repricings',
  '/repricings/*',
  '/settings',
  '/sampling',
  '/agents/:agentName/sampling',
];
const CHANGES = ['PUT', 'PATCH', 'POST', 'DELETE'];

export function configure(api: OpenAPIHono<QueryEnv>, parts: QueryParts): void {
  api.on('GET', PATHS, requireScope(parts.registry, 'read'));
  api.on(CHANGES, PATHS, requireScope(parts.registry, 'admin'));
  answerPrices(api, parts);
  answerRepricings(api, parts);
  answerSettings(api, parts);
  answerSampling(api, parts);
}

/** `fault` answers are declared in each route's `responses`; Hono's types cannot join the two. */
function answerPrices(api: OpenAPIHono<QueryEnv>, { registry, onPricesChanged }: QueryParts): void {
  let book: Promise<ReloadablePriceBook> | undefined;
  const bookNow = () => {
    book ??= loadPriceBook(registry);
    return book;
  };
  const changed = async () => {
    await (await bookNow()).reload();
    onPricesChanged?.();
  };

  api.openapi(getPriceRoute, async (c) => {
    const { model, provider, at = microsNow() } = c.req.valid('query');
    return c.json(getPrice(await bookNow(), c.var.principal.projectId, { model, provider, at }), 200);
  });

  api.openapi(listOwnPricesRoute, async (c) => {
    const prices = await registry.prices.list(c.var.principal.projectId);
    return c.json({ data: prices.map(ownPriceBody), nextCursor: null }, 200);
  });

  api.openapi(setOwnPriceRoute, async (c) => {
    const price = ownPrice(c.var.principal.projectId, c.req.valid('json'));
    const others = (await registry.prices.list(price.projectId)).filter((other) => !isSame(other, price));
    if (others.length >= ownPricesMax) {
      const message = `a project has at most ${ownPricesMax} prices of its own: remove one first`;
      return fault(c, 'invalid-event', message, 'model') as never;
    }
    const stored = await registry.prices.set(price);
    await changed();
    return c.json(ownPriceBody(stored), 200);
  });

  api.openapi(removeOwnPriceRoute, async (c) => {
    const removed = await registry.prices.remove(c.var.principal.projectId, c.req.valid('param').priceId);
    if (!removed) return fault(c, 'not-found', 'The project has no such price', 'priceId') as never;
    await changed();
    return c.json({ removed: true as const }, 200);
  });
}

type UnstoredPrice = Omit<OwnPrice, 'id' | 'createdAt'>;

function ownPrice(projectId: ProjectId, given: NewOwnPrice): UnstoredPrice {
  return {
    projectId,
    model: given.model,
    provider: given.provider,
    from: given.from === null ? null : isoFromMicros(given.from),
    inputPerMillion: given.inputUsdPerMillion,
    outputPerMillion: given.outputUsdPerMillion,
    cacheReadPerMillion: given.cacheReadUsdPerMillion,
    cacheWritePerMillion: given.cacheWriteUsdPerMillion,
  };
}

function isSame(a: UnstoredPrice, b: UnstoredPrice): boolean {
  return (
    a.model.toLowerCase() === b.model.toLowerCase() &&
    a.provider?.toLowerCase() === b.provider?.toLowerCase() &&
    a.from === b.from
  );
}

function answerRepricings(api: OpenAPIHono<QueryEnv>, { registry, onRepricing }: QueryParts): void {
  api.openapi(startRepricingRoute, async (c) => {
    const { from, to } = c.req.valid('json');
    const { projectId } = c.var.principal;
    if (from !== null && to !== null && from >= to)
      return fault(c, 'invalid-event', 'must be after from', 'to') as never;
    const waiting = (await registry.repricings.unfinished()).filter((one) => one.projectId === projectId);
    if (waiting.length >= repricingsMax)
      return fault(c, 'overloaded', `${waiting.length} re-pricings of this project run or wait`) as never;
    const iso = (micros: number | null) => (micros === null ? null : isoFromMicros(micros));
    const started = await registry.repricings.start(projectId, iso(from), iso(to));
    onRepricing?.();
    return c.json(repricingBody(started), 202);
  });

  api.openapi(getRepricingRoute, async (c) => {
    const { repricingId } = c.req.valid('param');
    const found = await registry.repricings.find(c.var.principal.projectId, repricingId);
    return found === undefined
      ? (fault(c, 'not-found', 'The project has no such re-pricing', 'repricingId') as never)
      : c.json(repricingBody(found), 200);
  });
}

function answerSettings(api: OpenAPIHono<QueryEnv>, { registry }: QueryParts): void {
  api.openapi(getSettingsRoute, async (c) => c.json(await registry.settings(c.var.principal.projectId), 200));

  api.openapi(changeSettingsRoute, async (c) => {
    const { strictAgentVersions, retentionDays } = c.req.valid('json');
    const changes = {
      ...(strictAgentVersions !== undefined && { strictAgentVersions }),
      ...(retentionDays !== undefined && { retentionDays }),
    };
    return c.json(await registry.changeSettings(c.var.principal.projectId, changes), 200);
  });
}

function answerSampling(api: OpenAPIHono<QueryEnv>, { registry }: QueryParts): void {
  api.openapi(listSamplingRoute, async (c) =>
    c.json({ data: await listSampling(registry, c.var.principal.projectId), nextCursor: null }, 200),
  );

  api.openapi(getSamplingRoute, async (c) => {
    const { projectId } = c.var.principal;
    const { agentName } = c.req.valid('param');
    const agent = await registry.directory(projectId, async () => undefined).getAgent(agentName);
    if (agent === undefined) return fault(c, 'not-found', `There is no agent ${agentName}`, 'agentName') as never;
    return c.json(await getSampling(registry, projectId, agentName), 200);
  });

  api.openapi(setSamplingRoute, async (c) => {
    const { projectId } = c.var.principal;
    const { agentName } = c.req.valid('param');
    await registry.sampling.setRate(projectId, agentName, c.req.valid('json').rate);
    return c.json(await getSampling(registry, projectId, agentName), 200);
  });
}
