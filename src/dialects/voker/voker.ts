/**
 * Voker's intake: one event per POST, and the resources that events refer to.
 * Source: docs/dialects/voker.md. Creates are PUT to the collection; POST is an alias.
 */

import { asText } from '../../canonical/json.ts';
import type { Claim, Dialect, EventRoute, RequestHead, ResourceRoute } from '../dialect.ts';
import { credentialOf } from '../parse-json.ts';
import { admit, decode } from './decode.ts';
import { idempotencyHeader } from './event-id.ts';
import { vokerEvent } from './map.ts';
import { accepted, refused } from './reply.ts';
import { type Operation, operations } from './resources.ts';
import { sessionMessages } from './sessions.ts';

interface Prefix {
  readonly path: string;
  /** Route ids are written into the log and must differ. */
  readonly idSuffix: string;
}

/** The vendor's older pages print URLs whose base already has the prefix (`protocols/voker.md` 1). */
const PREFIXES: readonly Prefix[] = [
  { path: '/api/v1', idSuffix: '' },
  { path: '/api/v1/api/v1', idSuffix: '.doubled-prefix' },
];

/** `X-API-Key` is what a replica of the vendor's API uses. */
function credential(head: RequestHead): Claim {
  const key = credentialOf(head.headers.authorization) ?? asText(head.headers['x-api-key']?.trim());
  if (key !== undefined) return { by: 'key', key };
  return {
    by: 'none',
    fault: { code: 'missing-credential', message: 'Send the project key as "Authorization: Bearer <key>"' },
  };
}

function eventRoute(prefix: Prefix): EventRoute {
  return {
    kind: 'events',
    id: `voker.events${prefix.idSuffix}`,
    method: 'POST',
    path: `${prefix.path}/events`,
    answersAfter: 'log',
    loggedHeaders: [idempotencyHeader],
    credential,
    decode,
    admit,
    events: (request, items, context) =>
      items.flatMap((item, index) => (item.ok ? [vokerEvent(item.value, request, context, index)] : [])),
    accepted,
    refused,
  };
}

function resourceRoutes(prefix: Prefix, operation: Operation): ResourceRoute[] {
  return operation.methods.map((method, index) => ({
    kind: 'resource',
    id: `voker.${operation.id}${index === 0 ? '' : `.${method.toLowerCase()}`}${prefix.idSuffix}`,
    method,
    path: prefix.path + operation.path,
    scope: operation.scope ?? 'ingest',
    credential,
    handle: operation.handle,
    refused,
  }));
}

export const voker: Dialect = {
  name: 'voker',
  routes: PREFIXES.flatMap((prefix) => [
    eventRoute(prefix),
    ...[...operations, sessionMessages].flatMap((operation) => resourceRoutes(prefix, operation)),
  ]),
};
