/** Questions of the own API that wait for their turn end when their client has gone: a page that was left, a command that was stopped. */

import type { ServerResponse } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import type { QueryEnv } from '../query/access.ts';
import { API_PREFIX } from '../query/api.ts';
import { whileAsked } from '../store/asked.ts';

/** What the Node server gives with each request; absent where a test asks the app itself. */
interface NodeBindings {
  readonly outgoing?: ServerResponse;
}

/** Only what reads: a change goes on to its end. Live streams share their questions, and end by themselves. */
export const whileConnected: MiddlewareHandler<QueryEnv> = (c, next) => {
  const { outgoing } = (c.env ?? {}) as NodeBindings;
  if (outgoing === undefined || c.req.method !== 'GET' || c.req.path === `${API_PREFIX}/live`) return next();
  const gone = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  return whileAsked(gone.signal, next);
};
