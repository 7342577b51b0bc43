/** The own API, assembled: every question's route, its access rule, and the OpenAPI document that they give. */

import { OpenAPIHono } from '@hono/zod-openapi';
import type { ZodError } from 'zod';
import { StoreError } from '../store/store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { administer } from './administer.ts';
import { configure } from './configure.ts';
import { count } from './count.ts';
import { getReceipt, getReceiptRoute } from './get-receipt.ts';
import { getSpan, getSpanRoute } from './get-span.ts';
import { getSpanCost, getSpanCostRoute } from './get-span-cost.ts';
import { getTrace, getTraceRoute } from './get-trace.ts';
import { listEvents, listEventsRoute } from './list-events.ts';
import { listTraces, listTracesRoute } from './list-traces.ts';

export const API_PREFIX = '/api/tributary/v1';

/** ClickHouse: the query took too long, or too much memory. */
const TOO_EXPENSIVE = new Set([159, 241]);

export function buildApi(parts: QueryParts, telemetry: Telemetry): OpenAPIHono<QueryEnv> {
  const api = new OpenAPIHono<QueryEnv>({
    defaultHook: (result, c) => (result.success ? undefined : invalid(c, result.error)),
  });
  for (const path of ['/traces', '/traces/*', '/spans/*', '/events', '/receipts/*'])
    api.use(path, requireScope(parts.registry, 'read'));

  api.openapi(listTracesRoute, async (c) => {
    const page = await listTraces(parts.store, c.var.principal.projectId, c.req.valid('query'), parts.vanishing);
    // `fault` answers are declared in each route's `responses`; Hono's types cannot join the two.
    return page === undefined
      ? (fault(c, 'invalid-event', 'The cursor is not one of this server', 'cursor') as never)
      : c.json(page, 200);
  });

  api.openapi(getTraceRoute, async (c) => {
    const { traceId } = c.req.valid('param');
    const { dialect, hidden } = c.req.valid('query');
    const options = { dialect, showsHidden: hidden === 'true', vanishing: parts.vanishing };
    const trace = await getTrace(parts.store, c.var.principal.projectId, traceId, options);
    return trace === undefined
      ? (fault(c, 'not-found', `There is no trace ${traceId}`, 'traceId') as never)
      : c.json(trace, 200);
  });

  api.openapi(getSpanRoute, async (c) => {
    const { spanId } = c.req.valid('param');
    const { projectId } = c.var.principal;
    const span = await getSpan(parts.store, projectId, spanId, c.req.valid('query'), parts.vanishing);
    return span === undefined ? (noSpan(c, spanId) as never) : c.json(span, 200);
  });

  api.openapi(getSpanCostRoute, async (c) => {
    const { spanId } = c.req.valid('param');
    const cost = await getSpanCost(parts, c.var.principal.projectId, spanId, c.req.valid('query'));
    return cost === undefined ? (noSpan(c, spanId) as never) : c.json(cost, 200);
  });

  api.openapi(listEventsRoute, async (c) => {
    // Where following starts: everything up to here is stored. Read before the events, which may be more.
    const position = String(parts.loader.progress.position - 1);
    const text = await listEvents(parts.store, c.var.principal.projectId, c.req.valid('query'));
    if (text === undefined) return fault(c, 'invalid-event', 'The cursor is not one of this server', 'cursor') as never;
    return c.body(text, 200, { 'content-type': 'application/json', 'x-tributary-position': position }) as never;
  });

  api.openapi(getReceiptRoute, async (c) => {
    const receipt = await getReceipt(parts, c.var.principal.projectId, c.req.valid('param').receipt);
    return receipt === undefined
      ? (fault(c, 'not-found', 'Not a receipt of this project', 'receipt') as never)
      : c.json(receipt, 200);
  });

  count(api, parts);
  administer(api, parts.registry);
  configure(api, parts);

  api.notFound((c) => fault(c, 'not-found', `There is no ${c.req.method} ${c.req.path}`));
  api.onError((error, c) => {
    if (error instanceof StoreError && error.code !== undefined && TOO_EXPENSIVE.has(error.code)) {
      return fault(c, 'overloaded', 'The question is too expensive; narrow it, for instance by time');
    }
    // Hono throws for bodies that are no JSON.
    if ('status' in error && error.status === 400) return fault(c, 'malformed-json', 'The body is not valid JSON');
    telemetry.emit({ level: 'error', name: 'query_failed', path: c.req.path, detail: error.stack ?? error.message });
    return fault(c, 'internal', 'Something went wrong here');
  });
  return api;
}

function noSpan(c: Parameters<typeof fault>[0], spanId: string): Response {
  return fault(c, 'not-found', `There is no span ${spanId}`, 'spanId');
}

function invalid(c: Parameters<typeof fault>[0], error: ZodError): Response {
  const [issue] = error.issues;
  return fault(c, 'invalid-event', issue?.message ?? 'not valid', issue?.path.join('.') ?? '');
}
