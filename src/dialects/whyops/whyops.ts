/**
 * WhyOps's analyse API: typed agent events, each naming its trace. Source: docs/dialects/whyops.md. The SDKs send one
 * object per request to `/api/events/ingest` and register their agent once; everything else is for people with curl.
 */

import { pick } from '../../canonical/json.ts';
import { elementTexts } from '../../canonical/json-text.ts';
import type { Dialect, EventRoute } from '../dialect.ts';
import { CONTEXT_HEADERS } from './context.ts';
import { credential } from './credential.ts';
import { decodeEvents } from './decode.ts';
import type { EventType } from './event-types.ts';
import { eventIdOf, whyopsEvent } from './map.ts';
import { queued, refused, saved } from './reply.ts';
import { resources } from './resources.ts';
import { loggedVersions, stampVersions, VERSIONS_HEADER } from './versions.ts';

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
    loggedHeaders: [...CONTEXT_HEADERS, VERSIONS_HEADER],
    credential,
    decode: (request) => decodeEvents(request, forced),
    outline: (event) => pick(event, ['agentName', 'traceId', 'idempotencyKey']),
    admit: stampVersions,
    events: ({ head, text }, items, context) => {
      const texts = elementTexts(text);
      const versions = loggedVersions(head);
      return items.flatMap((item, index) =>
        item.ok
          ? whyopsEvent(item.value, { payload: texts?.[index] ?? text, context, index, head, versions, forced })
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

export const whyops: Dialect = {
  name: 'whyops',
  routes: [
    eventRoute('whyops.ingest', '/api/events/ingest', 'log'),
    eventRoute('whyops.tool-result', '/api/events/tool-result', 'store', 'tool_call_response'),
    eventRoute('whyops.events', '/api/events', 'store'),
    ...resources,
  ],
  cors: {
    methods: 'GET,POST,PUT,PATCH,DELETE,OPTIONS',
    headers:
      'Content-Type,Authorization,X-API-Key,X-User-Id,X-Project-Id,X-Environment-Id,X-Provider-Id,X-External-User-Id',
  },
};
