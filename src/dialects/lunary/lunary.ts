/**
 * Lunary's intake: batches of run events, the legacy route of old SDKs, and a health check.
 * Field by field: docs/dialects/lunary.md.
 */

import type { Accepted, DecodedItem, Dialect, EventRoute, IntakeRequest, ResourceRoute } from '../dialect.ts';
import { headClaim, reportClaim } from './credential.ts';
import { decode, decodeReport, itemTexts } from './decode.ts';
import { lunaryEvent } from './map.ts';
import { refused, reportRefused, resultsOf } from './reply.ts';

function events(request: IntakeRequest, items: readonly DecodedItem[]): ReturnType<EventRoute['events']> {
  const texts = itemTexts(request.text);
  return items.flatMap((item, i) => (item.ok ? [lunaryEvent(item.value, texts[i] ?? '', request.receivedAt)] : []));
}

const shared = { kind: 'events', method: 'POST', answersAfter: 'log', loggedHeaders: [], events } as const;

const ingest: EventRoute = {
  ...shared,
  id: 'lunary.ingest',
  path: '/v1/runs/ingest',
  credential: headClaim,
  decode,
  accepted: ({ items }: Accepted) => ({ status: 200, body: { results: resultsOf(items) } }),
  refused,
};

/** SDKs up to 0.6 and old Flowise set-ups (`protocols/lunary.md` 1.5). The hosted app forwards both paths. */
const report: EventRoute = {
  ...shared,
  id: 'lunary.report',
  path: '/api/report',
  credential: () => ({ by: 'body' }),
  bodyClaim: reportClaim,
  decode: decodeReport,
  accepted: ({ items }: Accepted) => ({ status: 200, body: resultsOf(items) }),
  refused: reportRefused,
};

const health: ResourceRoute = {
  kind: 'resource',
  id: 'lunary.health',
  method: 'GET',
  path: '/v1/health',
  scope: 'public',
  credential: headClaim,
  handle: () => Promise.resolve({ status: 200, body: { status: 'OK' } }),
  refused,
};

export const lunary: Dialect = {
  name: 'lunary',
  routes: [ingest, report, { ...report, id: 'lunary.report-v1', path: '/api/v1/report' }, health],
  // `protocols/lunary.md` 1.4: the vendor's own preflight answer; the browser SDK needs it.
  cors: { methods: 'GET,POST,PATCH,DELETE,OPTIONS,PUT', headers: 'Content-Type,Authorization,Accept' },
};
