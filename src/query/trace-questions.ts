/** The handlers of the questions about traces: lists, facets, exports, one trace, its spans, what went wrong. */

import { ServerResponse } from 'node:http';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { fault, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { exportTraces, exportTracesRoute } from './export-traces.ts';
import { facets, facetsRoute } from './facets.ts';
import { getTrace, getTraceRoute } from './get-trace.ts';
import { listErrors, listErrorsRoute } from './list-errors.ts';
import { listTraces, listTracesRoute } from './list-traces.ts';
import { traceSpans, traceSpansRoute } from './trace-spans.ts';

/** `fault` answers are declared in each route's `responses`; Hono's types cannot join the two. */
export function answerTraces(api: OpenAPIHono<QueryEnv>, parts: QueryParts, telemetry: Telemetry): void {
  const { registry, store, vanishing } = parts;
  for (const path of ['/traces', '/traces/*', '/errors']) api.use(path, requireScope(registry, 'read'));

  api.openapi(listTracesRoute, async (c) => {
    const page = await listTraces(store, c.var.principal.projectId, c.req.valid('query'), vanishing);
    return page === undefined
      ? (fault(c, 'invalid-event', 'The cursor is not one of this server', 'cursor') as never)
      : c.json(page, 200);
  });

  // Before the route of one trace, whose id could be any text.
  api.openapi(facetsRoute, async (c) =>
    c.json(await facets(store, c.var.principal.projectId, c.req.valid('query'), { vanishing }), 200),
  );

  api.openapi(exportTracesRoute, async (c) => {
    const { headers, body } = await exportTraces(store, c.var.principal.projectId, c.req.valid('query'), {
      vanishing,
      onBreak: ({ message }) => {
        telemetry.emit({ level: 'warn', name: 'export_broken', path: c.req.path, detail: message.slice(0, 500) });
        return breakConnection(c);
      },
    });
    return c.body(body, 200, { ...headers }) as never;
  });

  api.openapi(getTraceRoute, async (c) => {
    const { traceId } = c.req.valid('param');
    const { dialect, hidden, bodies } = c.req.valid('query');
    const options = { dialect, showsHidden: hidden === 'true', hasBodies: bodies === 'full', vanishing };
    const trace = await getTrace(store, c.var.principal.projectId, traceId, options);
    return trace === undefined
      ? (fault(c, 'not-found', `There is no trace ${traceId}`, 'traceId') as never)
      : c.json(trace, 200);
  });

  api.openapi(traceSpansRoute, async (c) => {
    const { traceId } = c.req.valid('param');
    const found = await traceSpans(store, c.var.principal.projectId, traceId, c.req.valid('query'), vanishing);
    return found === undefined
      ? (fault(c, 'not-found', `There is no trace ${traceId}`, 'traceId') as never)
      : c.json(found, 200);
  });

  api.openapi(listErrorsRoute, async (c) => {
    const answer = await listErrors(store, c.var.principal.projectId, c.req.valid('query'), vanishing);
    return 'path' in answer ? (fault(c, 'invalid-event', answer.message, answer.path) as never) : c.json(answer, 200);
  });
}

/** False: there is none, as for a test that calls the app itself. */
export function breakConnection({ env }: Pick<Context, 'env'>): boolean {
  const bindings: unknown = env;
  if (typeof bindings !== 'object' || bindings === null || !('outgoing' in bindings)) return false;
  if (!(bindings.outgoing instanceof ServerResponse)) return false;
  bindings.outgoing.destroy();
  return true;
}
