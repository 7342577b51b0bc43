/**
 * WhyOps's analyse API: typed agent events, each naming its trace. Source: docs/dialects/whyops.md. The SDKs send one
 * object per request to `/api/events/ingest` and register their agent once; everything else is for people with curl.
 */

import { elementTexts } from '../../canonical/json-text.ts';
import { isoFromMicros } from '../../canonical/time.ts';
import type { Claim, Dialect, EventRoute, RequestHead, ResourceRoute } from '../dialect.ts';
import { registerAgent } from './agents.ts';
import { decodeEvents, EXTERNAL_USER_HEADER } from './decode.ts';
import type { EventType } from './event-types.ts';
import { HELP } from './help.ts';
import { eventIdOf, whyopsEvent } from './map.ts';
import { queued, refused, saved } from './reply.ts';

const SCHEME = 'Bearer ';

/** A Bearer key wins and is not rescued by `X-API-Key` (`protocols/whyops.md` 2); the scheme is case-sensitive there. */
function credential(head: RequestHead): Claim {
  const authorization = head.headers.authorization?.trimStart() ?? '';
  const bearer = authorization.startsWith(SCHEME) ? authorization.slice(SCHEME.length).trim() : '';
  const key = bearer === '' ? (head.headers['x-api-key']?.trim() ?? '') : bearer;
  if (key !== '') return { by: 'key', key };
  const message = 'Unauthorized: send "Authorization: Bearer <key>" or "X-API-Key: <key>"';
  return { by: 'none', fault: { code: 'missing-credential', message } };
}

function eventRoute(
  id: string,
  path: string,
  answersAfter: EventRoute['answersAfter'],
  forced?: EventType,
): EventRoute {
  return {
    kind: 'events',
    id,
    method: 'POST',
    path,
    answersAfter,
    loggedHeaders: [EXTERNAL_USER_HEADER],
    credential,
    decode: (request) => decodeEvents(request, forced),
    events: (request, items, context) => {
      const texts = elementTexts(request.text);
      const headerUserId = request.head.headers[EXTERNAL_USER_HEADER];
      return items.flatMap((item, index) =>
        item.ok
          ? whyopsEvent(item.value, { payload: texts?.[index] ?? request.text, context, index, headerUserId, forced })
          : [],
      );
    },
    // A 202 is always a right answer here: the vendor, too, answers either 201 or 202, as its queue allows.
    accepted: (accepted) =>
      accepted.stored === undefined
        ? queued(accepted.items.flatMap((item, i) => (item.ok ? [eventIdOf(item.value, accepted, i)] : [])))
        : saved(accepted, accepted.stored),
    refused,
  };
}

const help: ResourceRoute = {
  kind: 'resource',
  id: 'whyops.help',
  method: 'GET',
  path: '/api/events/help',
  scope: 'ingest',
  credential,
  handle: async () => ({ status: 200, body: HELP }),
  refused,
};

/** The SDKs turn to the proxy's path when the first one fails: it must lead here, not to the hosted service. */
function agentRoute(id: string, path: string): ResourceRoute {
  return {
    kind: 'resource',
    id,
    method: 'POST',
    path,
    scope: 'ingest',
    credential,
    handle: (request, directory) => registerAgent(request.text, directory),
    refused,
  };
}

/** Says that the process answers. Whether it can store is for `/readyz` to say: `database` is not looked at. */
const health: ResourceRoute = {
  kind: 'resource',
  id: 'whyops.health',
  method: 'GET',
  path: '/api/health',
  scope: 'public',
  credential,
  handle: async (request) => ({
    status: 200,
    body: {
      status: 'ok',
      service: 'tributary',
      version: HELP.version,
      database: 'unknown',
      timestamp: isoFromMicros(request.receivedAt),
    },
  }),
  refused,
};

export const whyops: Dialect = {
  name: 'whyops',
  routes: [
    eventRoute('whyops.ingest', '/api/events/ingest', 'log'),
    eventRoute('whyops.tool-result', '/api/events/tool-result', 'store', 'tool_call_response'),
    help,
    eventRoute('whyops.events', '/api/events', 'store'),
    agentRoute('whyops.agents-init', '/api/entities/init'),
    agentRoute('whyops.agents-init-proxy', '/v1/agents/init'),
    health,
  ],
  cors: {
    methods: 'GET,POST,PUT,PATCH,DELETE,OPTIONS',
    headers:
      'Content-Type,Authorization,X-API-Key,X-User-Id,X-Project-Id,X-Environment-Id,X-Provider-Id,X-External-User-Id',
  },
};
