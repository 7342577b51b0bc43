/** `GET /live`: stored events as server-sent events, each once and in order, as they become visible. */

import { ServerResponse } from 'node:http';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { fault, keyOf, type QueryEnv, type QueryParts, requireScope } from './access.ts';
import { LiveFilters } from './live-events.ts';
import type { LiveStreams, Refusal } from './live-streams.ts';
import { errorResponse, refusals } from './schemas.ts';

export const liveRoute = createRoute({
  method: 'get',
  path: '/live',
  summary: 'Accepted events as they are stored, as server-sent events',
  description:
    'Each event comes once, in the order of acceptance: `id` is its position, `event` is `event`, `data` is what `GET /events` says of it. `Last-Event-ID` goes on behind a position.',
  request: { query: LiveFilters },
  responses: {
    200: { description: 'A stream that does not end', content: { 'text/event-stream': { schema: z.string() } } },
    ...refusals,
    429: errorResponse('The project has too many live streams'),
    503: errorResponse('The server has too many live streams, or stops'),
  },
});

const RETRY_AFTER_S = '5';
const REFUSALS: Readonly<Record<Refusal, readonly ['rate-limited' | 'overloaded', string]>> = {
  project: ['rate-limited', 'The project has as many live streams as it may: end one first'],
  all: ['overloaded', 'The server has as many live streams as it may, try again later'],
  stopping: ['overloaded', 'The server stops, open the stream again in a moment'],
};
/** For proxies that would hold the answer back until it is complete. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

export function answerLive(api: OpenAPIHono<QueryEnv>, { registry }: QueryParts, live: LiveStreams): void {
  api.use('/live', requireScope(registry, 'read'));
  api.openapi(liveRoute, (c) => {
    const last = lastEventId(c);
    if (last === 'invalid')
      return fault(c, 'invalid-event', 'Last-Event-ID must be a position', 'last-event-id') as never;
    // Its answer has no body that somebody would read to the end.
    if (c.req.method === 'HEAD') return c.body(null, 200, HEADERS) as never;
    const filters = c.req.valid('query');
    const who = { projectId: c.var.principal.projectId, key: keyOf(c) ?? '' };
    const stream = live.open(who, filters, last ?? filters.after, () => cut(c));
    if (typeof stream !== 'string') return c.body(stream.body(), 200, HEADERS) as never;
    c.header('retry-after', RETRY_AFTER_S);
    return fault(c, ...REFUSALS[stream]) as never;
  });
}

/** What a client sends that has lost its connection. An empty one says that it has seen nothing. */
function lastEventId(c: Context<QueryEnv>): number | undefined | 'invalid' {
  const text = c.req.header('last-event-id');
  if (text === undefined || text === '') return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : 'invalid';
}

/** Without the listener of Node there is no connection. */
function cut(c: Context<QueryEnv>): void {
  const bindings: unknown = c.env;
  if (typeof bindings !== 'object' || bindings === null || !('outgoing' in bindings)) return;
  if (bindings.outgoing instanceof ServerResponse) bindings.outgoing.destroy();
}
