/** The own API on its paths, with health, metrics and the OpenAPI document. */

import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { logBacklogBytesMax } from '../limits.ts';
import { fault, type QueryEnv, type QueryParts } from '../query/access.ts';
import { API_PREFIX, answerErrors, buildApi } from '../query/api.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { version } from '../version.ts';
import { serveDashboard } from './dashboard.ts';
import { answerDashboard } from './dashboard-session.ts';
import { whileConnected } from './while-connected.ts';

/** Bodies of the own API are a name and a few scopes. */
const API_BODY_BYTES_MAX = 64 * 1024;

export interface AppParts extends QueryParts {
  readonly telemetry: Telemetry;
  readonly metrics: () => Promise<{ type: string; text: string }>;
  /** False once the loader has failed or the process is stopping. */
  readonly isServing: () => boolean;
}

export function buildApp(parts: AppParts): OpenAPIHono<QueryEnv> {
  const app = new OpenAPIHono<QueryEnv>();
  app.use(
    `${API_PREFIX}/*`,
    bodyLimit({
      maxSize: API_BODY_BYTES_MAX,
      onError: (c) => {
        // The rest of the body is not read, and the connection ends with the answer: a client must not send on it again.
        c.header('connection', 'close');
        return fault(c, 'too-large', 'The body is too large');
      },
    }),
  );
  app.use(`${API_PREFIX}/*`, whileConnected);
  app.route(API_PREFIX, buildApi(parts, parts.telemetry));

  app.get('/healthz', (c) => c.json({ status: 'ok', version }));
  app.get('/readyz', (c) => {
    const isReady = parts.isServing() && parts.loader.backlogBytes <= logBacklogBytesMax;
    const { backlogBytes, waitingSeconds } = parts.loader;
    // Events are accepted and kept in the log while the store is away: that alone is no reason to send them elsewhere.
    const state = { ready: isReady, backlogBytes, storeWaitingSeconds: Math.round(waitingSeconds) };
    return c.json(state, isReady ? 200 : 503);
  });
  app.get('/metrics', async (c) => {
    const { type, text } = await parts.metrics();
    return c.body(text, 200, { 'content-type': type });
  });

  // Before the pages, whose paths would take its GETs.
  answerDashboard(app, parts.registry, API_BODY_BYTES_MAX);
  serveDashboard(app);

  app.openAPIRegistry.registerComponent('securitySchemes', 'key', { type: 'http', scheme: 'bearer' });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Tributary', version, description: "The own API. Vendors' routes are described in docs/dialects." },
    security: [{ key: [] }],
  });
  app.onError(answerErrors(parts.telemetry));
  app.notFound((c) => fault(c, 'not-found', `There is no ${c.req.method} ${c.req.path}`));
  return app;
}
